/* SPDX-License-Identifier: MIT */
/* A list of KDCs; see kdc_list.h. */
#include "tools/doctor/kdc_list.h"

#include "tools/base/list.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct probe_kdc *probe_kdcs_new(struct probe_kdcs *kdcs, const char *named)
{
	struct probe_kdc *kdc;

	if (kdcs->count == PROBE_KDCS_MAX)
		return NULL;
	kdcs->list = must_grow(kdcs->list, kdcs->count, sizeof(*kdcs->list));
	kdc = &kdcs->list[kdcs->count++];
	*kdc = (struct probe_kdc){.named = must_strdup(named)};
	return kdc;
}

static void show(struct probe_kdc *kdc)
{
	char host[INET6_ADDRSTRLEN] = "?", port[8] = "?";

	getnameinfo((struct sockaddr *)&kdc->address, kdc->length, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(kdc->shown, sizeof(kdc->shown), strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

/* A host that both records name, or that has two names, is asked once. */
static struct probe_kdc *known(struct probe_kdcs *kdcs, const struct addrinfo *at)
{
	for (size_t i = 0; i < kdcs->count; i++)
		if (kdcs->list[i].length == at->ai_addrlen &&
		    !memcmp(&kdcs->list[i].address, at->ai_addr, at->ai_addrlen))
			return &kdcs->list[i];
	return NULL;
}

void probe_kdcs_add(struct probe_kdcs *kdcs, const char *named, const char *host, const char *port,
		    unsigned transports)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	int failed = getaddrinfo(host, port, &hints, &found);
	struct probe_kdc *kdc;

	/* AI_ADDRCONFIG leaves loopback out, where there is nothing but loopback. */
	if (failed)
		failed = getaddrinfo(host, port, &(struct addrinfo){.ai_socktype = SOCK_STREAM}, &found);
	if (failed && (kdc = probe_kdcs_new(kdcs, named)))
		kdc->text = must_strdup(gai_strerror(failed));
	for (const struct addrinfo *at = failed ? NULL : found; at; at = at->ai_next) {
		kdc = known(kdcs, at);
		if (!kdc && (kdc = probe_kdcs_new(kdcs, named))) {
			memcpy(&kdc->address, at->ai_addr, at->ai_addrlen);
			kdc->length = at->ai_addrlen;
			show(kdc);
		}
		for (int i = 0; kdc && i < PROBE_TRANSPORTS; i++)
			kdc->answers[i].asked = kdc->answers[i].asked || transports >> i & 1;
	}
	if (!failed)
		freeaddrinfo(found);
}

void probe_kdcs_free(struct probe_kdcs *kdcs)
{
	for (size_t i = 0; i < kdcs->count; i++) {
		free(kdcs->list[i].named);
		free(kdcs->list[i].text);
	}
	free(kdcs->list);
	free(kdcs->realm);
	*kdcs = (struct probe_kdcs){0};
}
