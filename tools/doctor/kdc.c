/* SPDX-License-Identifier: MIT */
/* Asks KDCs; see kdc.h. The request is libkrb5's and so is the reading of answers; only the sending is ours.
 */
#include "tools/doctor/kdc.h"

#include "tools/doctor/kdc_exchange.h"
#include "tools/doctor/kdc_find.h"
#include "tools/doctor/kdc_library.h"
#include "tools/doctor/krb_error.h"
#include "tools/base/list.h"

#include <errno.h>
#include <krb5.h>
#include <stdlib.h>
#include <string.h>

#define NOBODY "gsstap-doctor" /* no client and no service */
#define AS_REP 0x6b	       /* the first byte of one: a ticket, which has a time inside only */

/* An AS-REQ into *request, which krb5_free_data_contents frees. */
static krb5_error_code make_request(krb5_context context, const char *client, krb5_data *request)
{
	krb5_data none = {0}, realm = {0};
	krb5_init_creds_context exchange = NULL;
	krb5_principal principal = NULL;
	unsigned flags;
	krb5_error_code code = krb5_parse_name(context, client, &principal);

	if (!code)
		code = krb5_init_creds_init(context, principal, NULL, NULL, 0, NULL, &exchange);
	if (!code)
		code = krb5_init_creds_set_service(context, exchange, NOBODY);
	if (!code)
		code = krb5_init_creds_step(context, exchange, &none, request, &realm, &flags);
	krb5_free_data_contents(context, &realm);
	if (exchange)
		krb5_init_creds_free(context, exchange);
	krb5_free_principal(context, principal);
	return code;
}

static void read_answer(krb5_context context, const struct kdc_exchange *exchange,
			struct probe_answer *answer)
{
	krb5_data message = {.length = (unsigned)exchange->used, .data = (char *)exchange->answer};
	krb5_error *error;

	answer->error = exchange->error;
	answer->took_us = exchange->took_us;
	if (answer->error || (message.length && (uint8_t)message.data[0] == AS_REP))
		return;
	if (krb5_rd_error(context, &message, &error)) {
		answer->error = EPROTO;
		return;
	}
	krb_error_take(answer, error, exchange->clock_us);
	krb5_free_error(context, error);
}

static void ask_all(struct probe_kdcs *kdcs, krb5_context context, const krb5_data *request, int deadline_ms)
{
	struct kdc_exchange exchanges[PROBE_KDCS_MAX * PROBE_TRANSPORTS] = {0};
	struct probe_answer *answers[PROBE_KDCS_MAX * PROBE_TRANSPORTS];
	size_t count = 0;

	for (size_t i = 0; i < kdcs->count; i++)
		for (int t = 0; t < PROBE_TRANSPORTS; t++) {
			struct probe_kdc *kdc = &kdcs->list[i];

			if (!kdc->answers[t].asked)
				continue;
			exchanges[count].address = (const struct sockaddr *)&kdc->address;
			exchanges[count].length = kdc->length;
			exchanges[count].type = t == PROBE_UDP ? SOCK_DGRAM : SOCK_STREAM;
			answers[count++] = &kdc->answers[t];
		}
	kdc_exchange_all(exchanges, count, request->data, request->length, deadline_ms);
	for (size_t i = 0; i < count; i++) {
		read_answer(context, &exchanges[i], answers[i]);
		kdc_exchange_free(&exchanges[i]);
	}
}

struct finding {
	struct probe_kdcs kdcs;
	bool dns;
};

static void find(void *data)
{
	struct finding *finding = data;

	probe_kdcs_find(&finding->kdcs, finding->dns);
}

/* Is there any that we could ask? */
static bool any_direct(const struct probe_kdcs *kdcs)
{
	for (size_t i = 0; i < kdcs->count; i++)
		if (!kdcs->list[i].proxy)
			return true;
	return false;
}

void probe_kdcs_ask(struct probe_kdcs *kdcs, const struct probe_kdc_question *question)
{
	struct finding *finding = must_calloc(1, sizeof(*finding));
	char *client = question->client ? must_strdup(question->client)
					: must_format("%s@%s", NOBODY, question->realm);
	krb5_context context = NULL;
	krb5_data request = {0};

	*finding = (struct finding){.kdcs.realm = must_strdup(question->realm), .dns = question->dns};
	if (probe_within(question->find_ms, find, finding)) {
		*kdcs = finding->kdcs;
		free(finding);
	} else {
		*kdcs = (struct probe_kdcs){.realm = must_strdup(question->realm), .late = true};
	}
	if (kdcs->count && !krb5_init_context(&context) && !make_request(context, client, &request))
		ask_all(kdcs, context, &request, question->ask_ms);
	if (!kdcs->late && !any_direct(kdcs))
		probe_kdc_ask_library(&kdcs->library, client, NOBODY, question->ask_ms);
	krb5_free_data_contents(context, &request);
	krb5_free_context(context);
	free(client);
}

const struct probe_answer *probe_kdc_answer(const struct probe_kdc *kdc)
{
	const struct probe_answer *udp = &kdc->answers[PROBE_UDP], *tcp = &kdc->answers[PROBE_TCP];

	if (!tcp->asked || tcp->error)
		return udp->asked ? udp : tcp;
	return udp->asked && !udp->error && udp->took_us <= tcp->took_us ? udp : tcp;
}
