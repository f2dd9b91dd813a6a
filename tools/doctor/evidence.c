/* SPDX-License-Identifier: MIT */
/*
 * Asks the probes; see evidence.h. What may have to be waited for has a share of ten seconds, and a KDC that
 * did not answer when it was asked how it is, is not asked for a ticket.
 */
#include "tools/doctor/evidence.h"

#include "tools/base/list.h"

#include <krb5.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ALL_MS 10000
#define NAMES_MS 2000
#define FIND_MS 1500
#define KDC_MS 2000
#define TICKET_MS 5000
#define LEAST_MS 500

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* A name as libkrb5 completes it, with the default realm. A new string, or NULL. */
static char *complete(const char *name)
{
	krb5_principal principal = NULL;
	krb5_context context;
	char *text, *result = NULL;

	if (!name || krb5_init_context(&context))
		return NULL;
	if (!krb5_parse_name(context, name, &principal) && !krb5_unparse_name(context, principal, &text)) {
		result = must_strdup(text);
		krb5_free_unparsed_name(context, text);
	}
	krb5_free_principal(context, principal);
	krb5_free_context(context);
	return result;
}

/* What is left until then; never nothing, which would be no deadline at all. */
static int left(int64_t deadline)
{
	int64_t ms = deadline - now_ms();

	return ms > LEAST_MS ? (int)ms : LEAST_MS;
}

static const char *realm_of(const char *principal)
{
	const char *at = principal ? strrchr(principal, '@') : NULL;

	return at && at[1] ? at + 1 : NULL;
}

static void gather_files(struct evidence *evidence)
{
	const struct evidence_question *question = evidence->question;

	evidence->with_keytab = question->keytab || question->as_server;
	if (evidence->with_keytab)
		probe_keytab_open(&evidence->keytab, question->keytab);
	evidence->with_cache = !question->as_server;
	evidence->client = complete(question->client);
	if (question->client && !evidence->client) /* there is no realm to complete it with */
		evidence->client = must_strdup(question->client);
	if (evidence->with_cache)
		probe_ccache_open(&evidence->cache, NULL, evidence->client);
	if (!evidence->client && evidence->cache.principal)
		evidence->client = must_strdup(evidence->cache.principal);
}

static void ask_kdcs(struct evidence *evidence, const char *realm, const char *client)
{
	const struct probe_kdc_question question = {realm, client, evidence->config.dns_lookup_kdc, FIND_MS,
						    KDC_MS};
	struct probe_kdcs *kdcs = &evidence->kdcs[evidence->realms++];
	bool answered;

	probe_kdcs_ask(kdcs, &question);
	answered = kdcs->library.asked && !kdcs->library.error;
	for (size_t i = 0; i < kdcs->count; i++) {
		const struct probe_answer *answer = probe_kdc_answer(&kdcs->list[i]);

		answered = answered || (answer->asked && !answer->error);
	}
	evidence->answered = evidence->answered && answered;
}

static void gather_kdcs(struct evidence *evidence)
{
	const char *home = realm_of(evidence->client), *realm = evidence->names.realm;

	/* A realm that is but guessed is not asked: the referral comes from the client's, or one's own. */
	if (!realm || !evidence->names.mapped)
		realm = home ? home : evidence->config.default_realm;
	evidence->answered = realm != NULL;
	if (realm)
		ask_kdcs(evidence, realm, home && !strcmp(home, realm) ? evidence->client : NULL);
	if (realm && home && strcmp(home, realm))
		ask_kdcs(evidence, home, evidence->client);
}

static void ask_by_ticket(struct evidence *evidence, int deadline_ms)
{
	const struct probe_ticket *tgt = probe_ccache_tgt(&evidence->cache);

	if (!tgt || tgt->end <= evidence->now)
		return;
	evidence->asked = EVIDENCE_BY_TICKET;
	probe_service_ask(&evidence->service, evidence->cache.name, &evidence->question->target, deadline_ms);
}

/*
 * Logs in as the service; where the KDC knows no such client, as another of the keytab: in Active Directory
 * it is the account that logs in, and not its services.
 */
static void ask_by_key(struct evidence *evidence, int64_t deadline)
{
	const struct probe_keytab *keytab = &evidence->keytab;
	char *principal = evidence_principal(evidence);
	uint32_t kvno;

	if (principal && probe_keytab_has(keytab, principal, &kvno)) {
		evidence->asked = EVIDENCE_BY_KEY;
		evidence->logged_in = must_strdup(principal);
		probe_service_log_in(&evidence->service, keytab->name, principal, principal, left(deadline));
	}
	for (size_t i = 0; i < keytab->count && evidence->asked && now_ms() < deadline; i++) {
		const char *other = keytab->keys[i].principal;

		if (evidence->service.code != KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN)
			break;
		if (!strcmp(other, evidence->logged_in) || !strcmp(other, principal))
			continue;
		free(evidence->logged_in);
		evidence->logged_in = must_strdup(other);
		probe_service_free(&evidence->service);
		probe_service_log_in(&evidence->service, keytab->name, other, principal, left(deadline));
	}
	free(principal);
}

void evidence_gather(struct evidence *evidence, const struct evidence_question *question,
		     void (*progress)(const char *what))
{
	int64_t start = now_ms(), deadline;

	*evidence = (struct evidence){.question = question, .now = time(NULL)};
	probe_config_read(&evidence->config);
	probe_zmq_look(&evidence->zmq);
	if (evidence->config.code)
		return;
	gather_files(evidence);
	if (progress)
		progress("looking the host up");
	probe_names_look(&evidence->names, &question->target, NAMES_MS);
	if (progress)
		progress("asking the KDCs");
	gather_kdcs(evidence);
	if (!evidence->answered)
		return;
	if (progress)
		progress("asking for a ticket");
	deadline = now_ms() + TICKET_MS < start + ALL_MS ? now_ms() + TICKET_MS : start + ALL_MS;
	if (question->as_server)
		ask_by_key(evidence, deadline);
	else
		ask_by_ticket(evidence, left(deadline));
}

void evidence_free(struct evidence *evidence)
{
	probe_config_free(&evidence->config);
	probe_names_free(&evidence->names);
	for (size_t i = 0; i < evidence->realms; i++)
		probe_kdcs_free(&evidence->kdcs[i]);
	probe_ccache_free(&evidence->cache);
	probe_keytab_free(&evidence->keytab);
	probe_service_free(&evidence->service);
	probe_zmq_free(&evidence->zmq);
	free(evidence->client);
	free(evidence->logged_in);
}

char *evidence_principal(const struct evidence *evidence)
{
	const char *asked = evidence->names.principal, *realm = evidence->names.realm;

	if (evidence->service.server)
		return must_strdup(evidence->service.server);
	if (!asked || realm_of(asked))
		return asked ? must_strdup(asked) : NULL;
	/* "zmq/host@": the KDC would tell; most likely it is this one. */
	if (!realm)
		realm = evidence->config.default_realm;
	return must_format("%s%s", asked, realm ? realm : "");
}
