/* SPDX-License-Identifier: MIT */
/*
 * Endpoints that peers were asked about, by numbers which a mark can hold: which rule is about one is looked
 * up for each question, since another policy may be in force by then. They stay for good.
 */
#include "shim/auth/auth.h"

#include "shim/core/spare.h"
#include "shim/core/text.h"

#include <string.h>

struct place {
	struct place *next;
	uint32_t number;
	enum pol_way way;
	bool enforces; /* ZMQ_ZAP_ENFORCE_DOMAIN */
	char endpoint[256];
};

static struct tap_lock lock;
static struct tap_spares spares = {.size = sizeof(struct place)};
static struct place *places;

uint32_t tap_auth_place(enum pol_way way, const char *endpoint, bool enforces)
{
	struct place *p;

	if (strlen(endpoint) >= sizeof(p->endpoint) || !tap_lock(&lock))
		return 0;
	p = places;
	while (p && (p->way != way || p->enforces != enforces || strcmp(p->endpoint, endpoint) != 0))
		p = p->next;
	if (!p && (p = tap_spare_take(&spares))) {
		p->way = way;
		p->enforces = enforces;
		p->number = places ? places->number + 1 : 1;
		tap_copy(p->endpoint, sizeof(p->endpoint), endpoint);
		p->next = places;
		__atomic_store_n(&places, p, __ATOMIC_RELEASE);
	}
	tap_unlock(&lock);
	return p ? p->number : 0;
}

uint32_t tap_auth_place_rule(const struct pol *policy, uint32_t number, const char *domain, bool *enforces)
{
	const struct place *p = __atomic_load_n(&places, __ATOMIC_ACQUIRE);

	while (p && p->number != number)
		p = p->next;
	*enforces = p && p->enforces;
	return p ? pol_auth_rule(policy, p->way, p->endpoint, domain) : 0;
}
