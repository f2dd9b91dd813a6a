/* SPDX-License-Identifier: MIT */
/* A keytab read once, and what libkrb5 decrypts with it; see keys.h. Sessions are in keys_session.c. */
#include "tools/token/keys.h"

#include "tools/token/keys_crypt.h"
#include "tools/token/keys_rc4.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICKET_USAGE 2

static void complain(struct token_keys *keys, const char *name, krb5_error_code code, char **error)
{
	const char *text = krb5_get_error_message(keys->context, code);

	if (asprintf(error, "%s: %s", name, text) < 0)
		*error = NULL;
	krb5_free_error_message(keys->context, text);
}

/* False: no memory. The entry is kept. */
static bool add(struct token_keys *keys, const krb5_keytab_entry *from)
{
	struct keys_entry *more = reallocarray(keys->entries, keys->count + 1, sizeof(*more)), *entry;
	char *principal;

	if (!more)
		return false;
	keys->entries = more;
	entry = &more[keys->count];
	*entry = (struct keys_entry){.kvno = from->vno};
	if (krb5_unparse_name(keys->context, from->principal, &principal))
		return false;
	entry->principal = strdup(principal);
	krb5_free_unparsed_name(keys->context, principal);
	if (!entry->principal || krb5_copy_keyblock_contents(keys->context, &from->key, &entry->key)) {
		free(entry->principal);
		return false;
	}
	keys->count++;
	return true;
}

static krb5_error_code read_all(struct token_keys *keys, krb5_keytab keytab)
{
	krb5_keytab_entry entry;
	krb5_kt_cursor cursor;
	krb5_error_code code = krb5_kt_start_seq_get(keys->context, keytab, &cursor);
	bool memory = true;

	if (code)
		return code;
	while (memory && !(code = krb5_kt_next_entry(keys->context, keytab, &entry, &cursor))) {
		memory = add(keys, &entry);
		krb5_free_keytab_entry_contents(keys->context, &entry);
	}
	krb5_kt_end_seq_get(keys->context, keytab, &cursor);
	return !memory ? ENOMEM : code == KRB5_KT_END ? 0 : code;
}

static bool load(struct token_keys *keys, const char *name, char **error)
{
	krb5_keytab keytab = NULL;
	krb5_error_code code = krb5_kt_resolve(keys->context, name, &keytab);

	if (!code)
		code = read_all(keys, keytab);
	if (code)
		complain(keys, name, code, error);
	else if (!keys->count && asprintf(error, "%s: there is no key in it", name) < 0)
		*error = NULL;
	if (keytab)
		krb5_kt_close(keys->context, keytab);
	return !code && keys->count;
}

struct token_keys *keys_new(const char *name, char **error)
{
	struct token_keys *keys = calloc(1, sizeof(*keys));
	krb5_error_code code = keys ? krb5_init_context(&keys->context) : 0;

	*error = NULL;
	if (!keys)
		return NULL;
	keys->name = strdup(name);
	if (code)
		complain(keys, name, code, error);
	if (!code && keys->name && load(keys, name, error))
		return keys;
	keys_free(keys);
	return NULL;
}

void keys_free(struct token_keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < keys->count; i++) {
		krb5_free_keyblock_contents(keys->context, &keys->entries[i].key);
		free(keys->entries[i].principal);
	}
	free(keys->entries);
	free(keys->name);
	keys_rc4_free(keys->rc4);
	krb5_free_context(keys->context);
	free(keys);
}

static const char *enctype_text(struct token *token, int64_t enctype)
{
	char name[100];

	if (enctype < INT32_MIN || enctype > INT32_MAX ||
	    krb5_enctype_to_name((krb5_enctype)enctype, FALSE, name, sizeof(name)))
		return token_print(token, "encryption type %jd", (intmax_t)enctype);
	return token_print(token, "%s", name);
}

static const char *asked_for(struct token *token, const struct keys_ticket *ticket)
{
	const char *enctype = enctype_text(token, ticket->enctype);

	if (!ticket->kvno)
		return token_print(token, "%s %s", ticket->server, enctype);
	return token_print(token, "%s kvno %jd %s", ticket->server, (intmax_t)ticket->kvno, enctype);
}

static bool is_asked_for(const struct keys_entry *entry, const struct keys_ticket *ticket)
{
	return !strcmp(entry->principal, ticket->server) && (!ticket->kvno || entry->kvno == ticket->kvno);
}

/*
 * First the key that the ticket names, then all others of its encryption type: a service has several names,
 * and an old keytab only the last eight bits of a version.
 */
struct tr_bytes keys_open_ticket(struct token_keys *keys, struct token *token,
				 const struct keys_ticket *ticket, size_t *entry, const char **why)
{
	const char *reason = NULL, *ignored;

	for (int others = 0; others < 2; others++)
		for (*entry = 0; *entry < keys->count; ++*entry) {
			const struct keys_entry *at = &keys->entries[*entry];
			struct tr_bytes plain;

			if (at->key.enctype != ticket->enctype || is_asked_for(at, ticket) == others)
				continue;
			plain = keys_decrypt_with(keys, token, &at->key, TICKET_USAGE, ticket->cipher,
						  others ? &ignored : &reason);
			if (plain.at)
				return plain;
		}
	if (reason)
		*why = token_print(token, "the key for %s in %s does not open it: %s",
				   asked_for(token, ticket), keys->name, reason);
	else
		*why = token_print(token, "no key for %s in %s", asked_for(token, ticket), keys->name);
	return (struct tr_bytes){0};
}

const char *keys_entry(const struct token_keys *keys, struct token *token, size_t entry)
{
	return token_print(token, "%s kvno %u", keys->entries[entry].principal, keys->entries[entry].kvno);
}

const char *keys_check_pac(struct token_keys *keys, struct token *token, size_t entry, struct tr_bytes bytes,
			   const char *client, int64_t authtime)
{
	krb5_principal principal = NULL;
	krb5_pac pac = NULL;
	krb5_error_code code = krb5_parse_name(keys->context, client, &principal);
	const char *text;

	if (!code)
		code = krb5_pac_parse(keys->context, bytes.at, bytes.length, &pac);
	if (!code)
		code = krb5_pac_verify(keys->context, pac, (krb5_timestamp)authtime, principal,
				       &keys->entries[entry].key, NULL);
	text = code ? keys_message(keys, token, code) : "";
	krb5_pac_free(keys->context, pac);
	krb5_free_principal(keys->context, principal);
	return text;
}
