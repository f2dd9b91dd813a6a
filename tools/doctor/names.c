/* SPDX-License-Identifier: MIT */
/* Looks a service's host up, both ways, and asks libkrb5 for its principal; see names.h. */
#include "tools/doctor/names.h"

#include "tools/doctor/realm.h"
#include "tools/base/list.h"

#include <arpa/inet.h>
#include <krb5.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

static bool is_address(const char *host)
{
	uint8_t bytes[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static void take(struct probe_names *names, const struct addrinfo *at)
{
	struct probe_address *address = &names->addresses[names->count];
	char text[NI_MAXHOST];

	if (names->count == PROBE_ADDRESSES_MAX ||
	    getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST))
		return;
	address->address = must_strdup(text);
	if (!getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof(text), NULL, 0, NI_NAMEREQD))
		address->name = must_strdup(text);
	names->count++;
}

static void look_up(struct probe_names *names, const char *host)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_CANONNAME};
	struct addrinfo *found = NULL;

	names->is_address = is_address(host);
	names->error = getaddrinfo(host, NULL, &hints, &found);
	if (names->error) {
		names->text = must_strdup(gai_strerror(names->error));
		return;
	}
	if (found->ai_canonname)
		names->canonical = must_strdup(found->ai_canonname);
	for (const struct addrinfo *at = found; at; at = at->ai_next)
		take(names, at);
	freeaddrinfo(found);
}

static void find_realm(struct probe_names *names, const char *host)
{
	struct probe_host_realm realm;

	probe_host_realm_find(&realm, host);
	names->mapped = realm.mapped;
	names->realm = realm.realm;
	names->realm_text = realm.text;
	realm.realm = realm.text = NULL;
	probe_host_realm_free(&realm);
}

static void find_principal(struct probe_names *names, const struct probe_target *target)
{
	krb5_context context = NULL;
	krb5_principal principal = NULL;
	char *text;

	names->code = krb5_init_context(&context);
	if (!names->code)
		names->code = probe_target_principal(context, target, &principal);
	if (!names->code)
		names->code = krb5_unparse_name(context, principal, &text);
	if (names->code) {
		names->code_text = probe_message(context, names->code);
	} else {
		names->principal = must_strdup(text);
		krb5_free_unparsed_name(context, text);
		/* The realm of a host that no configuration maps is to be told by the KDC, and left out. */
		if (principal->realm.length) {
			names->realm =
				must_format("%.*s", (int)principal->realm.length, principal->realm.data);
			names->mapped = true;
		}
	}
	krb5_free_principal(context, principal);
	krb5_free_context(context);
}

struct looking {
	struct probe_names names;
	struct probe_target target;
};

static void look(void *data)
{
	struct looking *looking = data;

	look_up(&looking->names, looking->target.host);
	find_principal(&looking->names, &looking->target);
	if (!looking->names.realm)
		find_realm(&looking->names, looking->target.host);
}

void probe_names_look(struct probe_names *names, const struct probe_target *target, int deadline_ms)
{
	struct looking *looking = must_calloc(1, sizeof(*looking));

	looking->target.service = must_strdup(target->service);
	looking->target.host = must_strdup(target->host);
	looking->target.principal = target->principal ? must_strdup(target->principal) : NULL;
	if (!probe_within(deadline_ms, look, looking)) {
		*names = (struct probe_names){.late = true, .is_address = is_address(target->host)};
		return;
	}
	*names = looking->names;
	probe_target_free(&looking->target);
	free(looking);
}

void probe_names_free(struct probe_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		free(names->addresses[i].address);
		free(names->addresses[i].name);
	}
	free(names->text);
	free(names->canonical);
	free(names->principal);
	free(names->code_text);
	free(names->realm);
	free(names->realm_text);
	*names = (struct probe_names){0};
}
