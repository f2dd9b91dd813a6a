/* SPDX-License-Identifier: MIT */
/* Lets libkrb5 find and ask a KDC; see kdc_library.h. Which one it was it does not tell. */
#include "tools/doctor/kdc_library.h"

#include "tools/doctor/krb_error.h"
#include "tools/base/list.h"

#include <errno.h>
#include <krb5.h>
#include <stdlib.h>
#include <time.h>

struct asking {
	char *client, *service;
	struct probe_answer answer;
};

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Did a KDC say so, whatever it is? */
static int reached(krb5_error_code code)
{
	switch (code) {
	case KRB5_REALM_UNKNOWN:
	case KRB5_REALM_CANT_RESOLVE:
		return EHOSTUNREACH;
	case KRB5_KDC_UNREACH:
		return ETIMEDOUT;
	default:
		return 0;
	}
}

static void exchange(struct asking *asking, krb5_context context, krb5_init_creds_context creds)
{
	struct probe_answer *answer = &asking->answer;
	int64_t started = clock_us(CLOCK_MONOTONIC);
	krb5_error *error = NULL;

	answer->error = reached(krb5_init_creds_get(context, creds));
	answer->took_us = clock_us(CLOCK_MONOTONIC) - started;
	if (answer->error || krb5_init_creds_get_error(context, creds, &error) || !error)
		return;
	krb_error_take(answer, error, clock_us(CLOCK_REALTIME) - answer->took_us / 2);
	krb5_free_error(context, error);
}

static void ask(void *data)
{
	struct asking *asking = data;
	krb5_context context = NULL;
	krb5_principal client = NULL;
	krb5_init_creds_context creds = NULL;

	/* Without a prompter and a key nobody can log in by this, and nobody is asked for a password. */
	if (!krb5_init_context(&context) && !krb5_parse_name(context, asking->client, &client) &&
	    !krb5_init_creds_init(context, client, NULL, NULL, 0, NULL, &creds) &&
	    !krb5_init_creds_set_service(context, creds, asking->service))
		exchange(asking, context, creds);
	if (creds)
		krb5_init_creds_free(context, creds);
	krb5_free_principal(context, client);
	krb5_free_context(context);
}

void probe_kdc_ask_library(struct probe_answer *answer, const char *client, const char *service,
			   int deadline_ms)
{
	struct asking *asking = must_calloc(1, sizeof(*asking));

	*asking = (struct asking){must_strdup(client), must_strdup(service),
				  (struct probe_answer){.asked = true, .error = EHOSTUNREACH}};
	if (!probe_within(deadline_ms, ask, asking)) {
		*answer = (struct probe_answer){.asked = true, .error = ETIMEDOUT};
		return;
	}
	*answer = asking->answer;
	free(asking->client);
	free(asking->service);
	free(asking);
}
