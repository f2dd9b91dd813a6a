/* SPDX-License-Identifier: MIT */
/* Reads a ticket cache; see ccache.h. */
#include "tools/doctor/ccache.h"

#include "tools/doctor/collection.h"
#include "tools/base/list.h"

#include <errno.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libkrb5's times are unsigned since 1.16 and last until 2106. */
static int64_t seconds(krb5_timestamp time)
{
	return (uint32_t)time;
}

static char *unparse(krb5_context context, krb5_const_principal principal)
{
	char *name, *copy;

	if (!principal || krb5_unparse_name(context, principal, &name))
		return must_strdup("");
	copy = must_strdup(name);
	krb5_free_unparsed_name(context, name);
	return copy;
}

static void take(struct probe_ccache *cache, krb5_context context, const krb5_creds *creds)
{
	struct probe_ticket *ticket;
	krb5_ticket *outside;

	cache->tickets = must_grow(cache->tickets, cache->count, sizeof(*cache->tickets));
	ticket = &cache->tickets[cache->count++];
	*ticket = (struct probe_ticket){
		.client = unparse(context, creds->client),
		.server = unparse(context, creds->server),
		.start = seconds(creds->times.starttime ? creds->times.starttime : creds->times.authtime),
		.end = seconds(creds->times.endtime),
		.renew = seconds(creds->times.renew_till),
		.flags = (uint32_t)creds->ticket_flags,
		.session_enctype = creds->keyblock.enctype,
	};
	if (krb5_decode_ticket(&creds->ticket, &outside))
		return;
	ticket->decoded = true;
	ticket->ticket_enctype = outside->enc_part.enctype;
	ticket->kvno = outside->enc_part.kvno;
	krb5_free_ticket(context, outside);
}

static krb5_error_code read_all(struct probe_ccache *cache, krb5_context context, krb5_ccache handle)
{
	krb5_principal principal;
	krb5_cc_cursor cursor;
	krb5_creds creds;
	krb5_error_code code = krb5_cc_get_principal(context, handle, &principal);

	if (code)
		return code;
	cache->principal = unparse(context, principal);
	krb5_free_principal(context, principal);
	code = krb5_cc_start_seq_get(context, handle, &cursor);
	if (code)
		return code;
	while (!(code = krb5_cc_next_cred(context, handle, &cursor, &creds))) {
		if (!krb5_is_config_principal(context, creds.server))
			take(cache, context, &creds);
		krb5_free_cred_contents(context, &creds); /* which wipes the session key */
	}
	krb5_cc_end_seq_get(context, handle, &cursor);
	return code == KRB5_CC_END ? 0 : code;
}

static enum probe_state state_of(const struct probe_ccache *cache)
{
	switch (cache->code) {
	case 0:
		return cache->count ? PROBE_OK : PROBE_EMPTY;
	case KRB5_FCC_NOFILE:
	case KRB5_CC_NOTFOUND:
	case ENOENT:
		return PROBE_MISSING;
	case KRB5_FCC_PERM:
	case EACCES:
	case EPERM:
		return PROBE_DENIED;
	case KRB5_CC_FORMAT:
	case KRB5_CCACHE_BADVNO:
		return PROBE_MALFORMED;
	default:
		return PROBE_FAILED;
	}
}

static void look(struct probe_ccache *cache, krb5_context context, krb5_ccache handle)
{
	char *name = NULL;

	if (!krb5_cc_get_full_name(context, handle, &name)) {
		free(cache->name);
		cache->name = must_strdup(name);
		krb5_free_string(context, name);
	}
	snprintf(cache->type, sizeof(cache->type), "%s", krb5_cc_get_type(context, handle));
	if (!strcmp(cache->type, "FILE"))
		probe_file_look(&cache->file, cache->name + strlen("FILE:"));
	else if (!strncmp(cache->name, "DIR::", 5))
		probe_file_look(&cache->file, cache->name + 5);
	cache->state = probe_file_state(&cache->file);
	if (cache->state == PROBE_OK) {
		cache->code = read_all(cache, context, handle);
		cache->state = state_of(cache);
	} else if (cache->file.error) {
		cache->code = cache->file.error;
	}
}

/* The cache of this name, or of the collection that has it the one with this principal. */
static krb5_error_code choose(struct probe_ccache *cache, krb5_context context, const char *client,
			      krb5_ccache *handle)
{
	krb5_principal principal;
	krb5_error_code code;
	char *name = probe_collection_name(cache->name, &cache->file, &code);

	if (!name) {
		strcpy(cache->type, "DIR");
		return code;
	}
	if (client && !krb5_parse_name(context, client, &principal)) {
		code = krb5_cc_cache_match(context, principal, handle);
		krb5_free_principal(context, principal);
	}
	if (!*handle)
		code = krb5_cc_resolve(context, name, handle);
	free(name);
	return code;
}

void probe_ccache_open(struct probe_ccache *cache, const char *name, const char *client)
{
	krb5_context context = NULL;
	krb5_ccache handle = NULL;
	krb5_error_code code = krb5_init_context(&context);

	*cache = (struct probe_ccache){.is_default = !name, .state = PROBE_FAILED};
	if (!code) {
		const char *asked = name ? name : krb5_cc_default_name(context);

		cache->name = must_strdup(asked ? asked : "");
		code = choose(cache, context, name ? NULL : client, &handle);
	}
	cache->code = code;
	if (!cache->name)
		cache->name = must_strdup(name ? name : "");
	if (handle)
		look(cache, context, handle);
	else
		cache->state = state_of(cache);
	if (cache->code)
		cache->text = probe_message(context, cache->code);
	if (handle)
		krb5_cc_close(context, handle);
	krb5_free_context(context);
}

void probe_ccache_free(struct probe_ccache *cache)
{
	for (size_t i = 0; i < cache->count; i++) {
		free(cache->tickets[i].client);
		free(cache->tickets[i].server);
	}
	free(cache->tickets);
	free(cache->name);
	free(cache->text);
	free(cache->principal);
	probe_file_free(&cache->file);
	*cache = (struct probe_ccache){0};
}

bool probe_ccache_takes(const struct probe_ccache *cache)
{
	return cache->state != PROBE_FAILED && strcmp(cache->type, "MEMORY") != 0;
}

const struct probe_ticket *probe_ccache_ticket(const struct probe_ccache *cache, const char *server)
{
	const struct probe_ticket *best = NULL;

	for (size_t i = 0; i < cache->count; i++)
		if (!strcmp(cache->tickets[i].server, server) && (!best || cache->tickets[i].end > best->end))
			best = &cache->tickets[i];
	return best;
}

const struct probe_ticket *probe_ccache_tgt(const struct probe_ccache *cache)
{
	/* An @ of a name is written with a backslash, so that the last one begins the realm. */
	const char *realm = cache->principal ? strrchr(cache->principal, '@') : NULL;
	const struct probe_ticket *ticket;
	char *server;

	if (!realm)
		return NULL;
	server = must_format("krbtgt/%s@%s", realm + 1, realm + 1);
	ticket = probe_ccache_ticket(cache, server);
	free(server);
	return ticket;
}
