/* SPDX-License-Identifier: MIT */
/* Finds KDCs; see kdc_find.h. */
#include "tools/doctor/kdc_find.h"

#include "tools/doctor/kdc_dns.h"
#include "tools/doctor/realm.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "HOST", "HOST:PORT", "[ADDRESS]:PORT" or "https://...", as krb5.conf has them. */
static void add_configured(struct probe_kdcs *kdcs, const char *named)
{
	char *host = must_strdup(named), *start = host, *port = NULL, *end;
	struct probe_kdc *kdc;

	host[strcspn(host, " \t")] = 0;
	if (!strncasecmp(host, "https://", 8)) {
		kdc = probe_kdcs_new(kdcs, host);
		if (kdc)
			kdc->proxy = true;
	} else {
		end = *host == '[' ? strchr(host, ']') : NULL;
		if (end) {
			start++;
			port = end[1] == ':' ? end + 2 : NULL;
			*end = 0;
		} else if ((end = strrchr(host, ':')) && strchr(host, ':') == end) {
			port = end + 1;
			*end = 0;
		}
		probe_kdcs_add(kdcs, named, start, port && *port ? port : "88", PROBE_KDC_BOTH);
	}
	free(host);
}

void probe_kdcs_find(struct probe_kdcs *kdcs, bool dns)
{
	struct list configured = {0};

	probe_realm_kdcs(kdcs->realm, &configured);
	for (size_t i = 0; i < configured.count; i++)
		add_configured(kdcs, configured.items[i]);
	if (configured.count) {
		kdcs->source = PROBE_KDC_CONFIG;
	} else if (dns) {
		probe_kdcs_find_dns(kdcs);
		kdcs->source = kdcs->count ? PROBE_KDC_DNS : PROBE_KDC_NOWHERE;
	}
	list_free(&configured);
}
