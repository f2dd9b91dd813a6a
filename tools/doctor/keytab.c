/* SPDX-License-Identifier: MIT */
/* Reads a keytab; see keytab.h. */
#include "tools/doctor/keytab.h"

#include "tools/base/list.h"

#include <errno.h>
#include <krb5.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The path in a name of a file's type; NULL where it is none. */
static const char *path_of(const char *name)
{
	if (!strncmp(name, "FILE:", 5))
		return name + 5;
	if (!strncmp(name, "WRFILE:", 7))
		return name + 7;
	return strchr(name, ':') && name[0] != '/' ? NULL : name;
}

static void take(struct probe_keytab *keytab, krb5_context context, const krb5_keytab_entry *entry)
{
	struct probe_key *key;
	char *principal;

	if (krb5_unparse_name(context, entry->principal, &principal))
		return;
	keytab->keys = must_grow(keytab->keys, keytab->count, sizeof(*keytab->keys));
	key = &keytab->keys[keytab->count++];
	/* libkrb5's times are unsigned since 1.16 and last until 2106. */
	*key = (struct probe_key){must_strdup(principal), entry->vno, entry->key.enctype,
				  (uint32_t)entry->timestamp};
	krb5_free_unparsed_name(context, principal);
}

static krb5_error_code read_all(struct probe_keytab *keytab, krb5_context context, krb5_keytab handle)
{
	krb5_keytab_entry entry;
	krb5_kt_cursor cursor;
	krb5_error_code code = krb5_kt_start_seq_get(context, handle, &cursor);

	if (code)
		return code;
	while (!(code = krb5_kt_next_entry(context, handle, &entry, &cursor))) {
		take(keytab, context, &entry);
		krb5_free_keytab_entry_contents(context, &entry); /* which wipes the key */
	}
	krb5_kt_end_seq_get(context, handle, &cursor);
	return code == KRB5_KT_END ? 0 : code;
}

static enum probe_state state_of(const struct probe_keytab *keytab)
{
	switch (keytab->code) {
	case 0:
		return keytab->count ? PROBE_OK : PROBE_EMPTY;
	case KRB5_KT_NOTFOUND:
	case ENOENT:
		return PROBE_MISSING;
	case EACCES:
	case EPERM:
		return PROBE_DENIED;
	case KRB5_KEYTAB_BADVNO:
	case KRB5_KT_FORMAT:
	case KRB5_KT_END:
		return PROBE_MALFORMED;
	default:
		/* A file that ends within an entry, or claims to be longer than memory: what libkrb5 makes of
		 * it varies. */
		return keytab->file.path ? PROBE_MALFORMED : PROBE_FAILED;
	}
}

static void look(struct probe_keytab *keytab, krb5_context context, krb5_keytab handle)
{
	const char *path = path_of(keytab->name);

	if (path)
		probe_file_look(&keytab->file, path);
	keytab->state = probe_file_state(&keytab->file);
	if (keytab->state == PROBE_OK) {
		keytab->code = read_all(keytab, context, handle);
		keytab->state = state_of(keytab);
	} else if (keytab->state != PROBE_EMPTY && keytab->file.error) {
		keytab->code = keytab->file.error;
	}
	if (keytab->code)
		keytab->text = probe_message(context, keytab->code);
}

static krb5_error_code resolve(krb5_context context, const char *name, bool of_client, krb5_keytab *handle)
{
	if (name)
		return krb5_kt_resolve(context, name, handle);
	return of_client ? krb5_kt_client_default(context, handle) : krb5_kt_default(context, handle);
}

static void open_it(struct probe_keytab *keytab, const char *name, bool of_client)
{
	char resolved[PATH_MAX + 16] = "";
	krb5_context context = NULL;
	krb5_keytab handle = NULL;
	krb5_error_code code = krb5_init_context(&context);

	*keytab = (struct probe_keytab){.is_default = !name, .state = PROBE_FAILED};
	if (!code)
		code = resolve(context, name, of_client, &handle);
	if (!code)
		code = krb5_kt_get_name(context, handle, resolved, sizeof(resolved));
	else if (context && !name && !of_client)
		krb5_kt_default_name(context, resolved, sizeof(resolved));
	keytab->name = must_strdup(resolved[0] ? resolved : name ? name : "");
	if (code) {
		keytab->code = code;
		keytab->text = probe_message(context, code);
	} else {
		look(keytab, context, handle);
	}
	if (handle)
		krb5_kt_close(context, handle);
	krb5_free_context(context);
}

void probe_keytab_open(struct probe_keytab *keytab, const char *name)
{
	open_it(keytab, name, false);
}

void probe_client_keytab_open(struct probe_keytab *keytab, const char *name)
{
	open_it(keytab, name, true);
}

void probe_keytab_free(struct probe_keytab *keytab)
{
	for (size_t i = 0; i < keytab->count; i++)
		free(keytab->keys[i].principal);
	free(keytab->keys);
	free(keytab->name);
	free(keytab->text);
	probe_file_free(&keytab->file);
	*keytab = (struct probe_keytab){0};
}

bool probe_keytab_has(const struct probe_keytab *keytab, const char *principal, uint32_t *kvno)
{
	bool found = false;

	for (size_t i = 0; i < keytab->count; i++) {
		if (strcmp(keytab->keys[i].principal, principal))
			continue;
		if (!found || keytab->keys[i].kvno > *kvno)
			*kvno = keytab->keys[i].kvno;
		found = true;
	}
	return found;
}

bool probe_keytab_has_kvno(const struct probe_keytab *keytab, const char *principal, uint32_t kvno)
{
	for (size_t i = 0; i < keytab->count; i++)
		if (keytab->keys[i].kvno == kvno && !strcmp(keytab->keys[i].principal, principal))
			return true;
	return false;
}

bool probe_keytab_has_key(const struct probe_keytab *keytab, const char *principal, uint32_t kvno,
			  int32_t enctype)
{
	for (size_t i = 0; i < keytab->count; i++)
		if (keytab->keys[i].kvno == kvno && keytab->keys[i].enctype == enctype &&
		    !strcmp(keytab->keys[i].principal, principal))
			return true;
	return false;
}
