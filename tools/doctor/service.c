/* SPDX-License-Identifier: MIT */
/* Gets a ticket for a service, to see what the KDC makes of it; see service.h. */
#include "tools/doctor/service.h"

#include "tools/base/list.h"

#include <krb5.h>
#include <stdlib.h>
#include <string.h>

/* All on the thread that asks; names are its own copies. */
struct asking {
	struct probe_service service;
	char *source; /* the name of a ticket cache, or of a keytab */
	char *client; /* of the keytab */
	struct probe_target target;
	krb5_context context;
	krb5_ccache memory;
};

static bool is_tgt(krb5_const_principal server)
{
	const krb5_data *first = server->length ? &server->data[0] : NULL;

	return first && first->length == KRB5_TGS_NAME_SIZE &&
	       !memcmp(first->data, KRB5_TGS_NAME, first->length);
}

/* Ticket-granting tickets, and what the cache notes about them. */
static krb5_error_code copy_tgts(struct asking *asking, krb5_ccache from)
{
	krb5_context context = asking->context;
	krb5_cc_cursor cursor;
	krb5_creds creds;
	krb5_error_code code = krb5_cc_start_seq_get(context, from, &cursor);

	if (code)
		return code;
	while (!(code = krb5_cc_next_cred(context, from, &cursor, &creds))) {
		if (is_tgt(creds.server) || krb5_is_config_principal(context, creds.server))
			krb5_cc_store_cred(context, asking->memory, &creds);
		krb5_free_cred_contents(context, &creds);
	}
	krb5_cc_end_seq_get(context, from, &cursor);
	return code == KRB5_CC_END ? 0 : code;
}

static krb5_error_code fill_from_cache(struct asking *asking)
{
	krb5_context context = asking->context;
	krb5_principal client = NULL;
	krb5_ccache from = NULL;
	krb5_error_code code = krb5_cc_resolve(context, asking->source, &from);

	if (!code)
		code = krb5_cc_get_principal(context, from, &client);
	if (!code)
		code = krb5_cc_initialize(context, asking->memory, client);
	if (!code)
		code = copy_tgts(asking, from);
	krb5_free_principal(context, client);
	if (from)
		krb5_cc_close(context, from);
	return code;
}

static krb5_error_code fill_from_keytab(struct asking *asking)
{
	krb5_context context = asking->context;
	krb5_get_init_creds_opt *options = NULL;
	krb5_principal client = NULL;
	krb5_keytab keytab = NULL;
	krb5_creds creds = {0};
	krb5_error_code code = krb5_parse_name(context, asking->client, &client);

	if (!code)
		code = krb5_kt_resolve(context, asking->source, &keytab);
	if (!code)
		code = krb5_get_init_creds_opt_alloc(context, &options);
	if (!code)
		code = krb5_get_init_creds_opt_set_out_ccache(context, options, asking->memory);
	if (!code)
		code = krb5_get_init_creds_keytab(context, &creds, client, keytab, 0, NULL, options);
	if (!code) {
		asking->service.logged_in = true;
		krb5_free_cred_contents(context, &creds);
	}
	krb5_get_init_creds_opt_free(context, options);
	if (keytab)
		krb5_kt_close(context, keytab);
	krb5_free_principal(context, client);
	return code;
}

static void take(struct asking *asking, const krb5_creds *creds)
{
	struct probe_service *service = &asking->service;
	krb5_principal server = creds->server;
	krb5_ticket *ticket = NULL;
	char *name;

	service->session_enctype = creds->keyblock.enctype;
	service->flags = (uint32_t)creds->ticket_flags;
	service->end = (uint32_t)creds->times.endtime;
	if (!krb5_decode_ticket(&creds->ticket, &ticket)) {
		/* What was asked for may have been without a realm, or an alias. */
		server = ticket->server;
		service->kvno = ticket->enc_part.kvno;
		service->ticket_enctype = ticket->enc_part.enctype;
	}
	if (!krb5_unparse_name(asking->context, server, &name)) {
		service->server = must_strdup(name);
		krb5_free_unparsed_name(asking->context, name);
	}
	krb5_free_ticket(asking->context, ticket);
}

static krb5_error_code get_ticket(struct asking *asking)
{
	krb5_context context = asking->context;
	krb5_creds wanted = {0}, *got = NULL;
	krb5_error_code code = krb5_cc_get_principal(context, asking->memory, &wanted.client);

	if (!code)
		code = probe_target_principal(context, &asking->target, &wanted.server);
	if (!code)
		code = krb5_get_credentials(context, 0, asking->memory, &wanted, &got);
	if (!code) {
		take(asking, got);
		krb5_free_creds(context, got);
	}
	krb5_free_cred_contents(context, &wanted);
	return code;
}

static void ask(struct asking *asking, krb5_error_code (*fill)(struct asking *asking))
{
	struct probe_service *service = &asking->service;

	service->code = krb5_init_context(&asking->context);
	if (!service->code)
		service->code = krb5_cc_new_unique(asking->context, "MEMORY", NULL, &asking->memory);
	if (!service->code)
		service->code = fill(asking);
	if (!service->code)
		service->code = get_ticket(asking);
	if (service->code)
		service->text = probe_message(asking->context, service->code);
	if (asking->memory)
		krb5_cc_destroy(asking->context, asking->memory);
	krb5_free_context(asking->context);
}

static void ask_by_cache(void *data)
{
	ask(data, fill_from_cache);
}

static void ask_by_keytab(void *data)
{
	ask(data, fill_from_keytab);
}

/* asking is the work's when that is late. */
static void finish(struct probe_service *service, struct asking *asking, bool done)
{
	if (!done) {
		*service = (struct probe_service){.late = true};
		return;
	}
	*service = asking->service;
	probe_target_free(&asking->target);
	free(asking->source);
	free(asking->client);
	free(asking);
}

void probe_service_ask(struct probe_service *service, const char *cache, const struct probe_target *target,
		       int deadline_ms)
{
	struct asking *asking = must_calloc(1, sizeof(*asking));

	asking->source = must_strdup(cache);
	asking->target.service = must_strdup(target->service);
	asking->target.host = must_strdup(target->host);
	asking->target.principal = target->principal ? must_strdup(target->principal) : NULL;
	finish(service, asking, probe_within(deadline_ms, ask_by_cache, asking));
}

void probe_service_log_in(struct probe_service *service, const char *keytab, const char *client,
			  const char *server, int deadline_ms)
{
	struct asking *asking = must_calloc(1, sizeof(*asking));

	asking->source = must_strdup(keytab);
	asking->client = must_strdup(client);
	asking->target.principal = must_strdup(server);
	finish(service, asking, probe_within(deadline_ms, ask_by_keytab, asking));
}

void probe_service_free(struct probe_service *service)
{
	free(service->text);
	free(service->server);
	*service = (struct probe_service){0};
}
