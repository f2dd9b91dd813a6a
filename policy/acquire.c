/* SPDX-License-Identifier: MIT */
/*
 * Which rule of gss.acquire says where a credential is from: the first that holds. Linked into the shim.
 */
#include "policy/decide.h"

#include <string.h>

int pol_acquires(const struct pol *pol)
{
	const struct pol_rule *list = pol->state == POL_READY ? pol->rule[POL_K_ACQUIRE] : NULL;

	return list && list->below > 0;
}

static const char *key_text(const struct pol *pol, const struct pol_rule *item, uint16_t keyword)
{
	return pol_text(pol->image, pol_field(item, keyword));
}

static enum pol_holds either(bool yes)
{
	return yes ? POL_HOLDS : POL_HOLDS_NOT;
}

/* A name that was asked for as service@host is folded: so are patterns, which are of principals, too. */
static bool matches(const char *pattern, const char *name)
{
	char folded[2 * POL_TEXT_MAX] = "";

	if (pol_match_service(pattern, name))
		return true;
	strncpy(folded, pattern, sizeof(folded) - 1);
	pol_fold_host(folded);
	return pol_match_service(folded, name);
}

/* service@host, or service/host, with or without patterns, as a principal's pattern; the name of a service
 * alone is that on any host. */
static enum pol_holds accept_holds(const struct pol_wish *wish, const char *template)
{
	char accept[2 * POL_TEXT_MAX];
	char *at;

	if (!wish->named)
		return POL_HOLDS;
	if (!wish->own.text || !wish->own.whole ||
	    pol_expand_by(template, &(struct pol_values){.host = wish->host}, accept, sizeof(accept)))
		return POL_MAY_HOLD;
	at = strchr(accept, '@');
	if (at)
		*at = '/';
	at = strchr(accept, '/');
	if (at && !strchr(wish->own.text, '/'))
		*at = 0;
	return either(matches(accept, wish->own.text));
}

/* A name without a realm is that in any. */
static bool is_same(const char *one, const char *other)
{
	size_t n = strcspn(one, "@"), m = strcspn(other, "@");

	return n == m && !memcmp(one, other, n) && (!one[n] || !other[m] || !strcmp(one + n, other + m));
}

/* Whose credential it is to be. */
static enum pol_holds principal_holds(const struct pol_wish *wish, const char *template)
{
	char principal[2 * POL_TEXT_MAX];

	if (!wish->named || !template)
		return POL_HOLDS;
	if (!wish->own.text || !wish->own.whole ||
	    pol_expand_by(template, &(struct pol_values){.host = wish->host}, principal, sizeof(principal)))
		return POL_MAY_HOLD;
	return either(is_same(principal, wish->own.text));
}

static enum pol_holds service_holds(const struct pol *pol, const struct pol_rule *item,
				    const struct pol_wish *wish)
{
	const struct pol_rule *list = pol_field(item, POL_K_ACQUIRE_SERVICE);

	if (!list)
		return POL_HOLDS;
	/* Before the service is known, only who is asked for by name may tell which rule is meant. */
	if (!wish->addressed)
		return either(wish->named && pol_field(item, POL_K_ACQUIRE_PRINCIPAL));
	if (!wish->service.text || !wish->service.whole)
		return POL_MAY_HOLD;
	for (const struct pol_rule *one = list + 1; one < pol_next(list); one++)
		if (matches(pol_text(pol->image, one), wish->service.text))
			return POL_HOLDS;
	return POL_HOLDS_NOT;
}

static enum pol_holds both(enum pol_holds one, enum pol_holds other)
{
	if (!one || !other)
		return POL_HOLDS_NOT;
	return one == POL_MAY_HOLD ? one : other;
}

static enum pol_holds rule_holds(const struct pol *pol, const struct pol_rule *item,
				 const struct pol_wish *wish)
{
	const struct pol_facts facts = {.process = wish->process};
	const char *accept = key_text(pol, item, POL_K_ACQUIRE_ACCEPT);
	enum pol_holds all;

	if (!accept == (wish->role == POL_ACCEPTOR))
		return POL_HOLDS_NOT;
	all = accept ? accept_holds(wish, accept)
		     : both(service_holds(pol, item, wish),
			    principal_holds(wish, key_text(pol, item, POL_K_ACQUIRE_PRINCIPAL)));
	for (const struct pol_rule *key = item + 1; key < pol_next(item); key = pol_next(key))
		all = both(all, pol_key_holds(pol, key, &facts));
	return all;
}

static void give(const struct pol *pol, const struct pol_rule *item, struct pol_acquire *acquire)
{
	*acquire = (struct pol_acquire){
		.accept = key_text(pol, item, POL_K_ACQUIRE_ACCEPT),
		.principal = key_text(pol, item, POL_K_ACQUIRE_PRINCIPAL),
		.ccache = key_text(pol, item, POL_K_ACQUIRE_CCACHE),
		.keytab = key_text(pol, item, POL_K_ACQUIRE_KEYTAB),
		.client_keytab = key_text(pol, item, POL_K_ACQUIRE_CLIENT_KEYTAB),
		.rcache = key_text(pol, item, POL_K_ACQUIRE_RCACHE),
	};
}

enum pol_action pol_judge_wish(const struct pol *pol, const struct pol_wish *wish,
			       struct pol_acquire *acquire, struct pol_verdict *verdict)
{
	const struct pol_rule *list, *item;
	struct pol_say say;

	if (pol_settled(pol, verdict) || !pol_acquires(pol)) {
		verdict->action = POL_ALLOW;
		return POL_ALLOW;
	}
	list = pol->rule[POL_K_ACQUIRE];
	for (item = list + 1; item < pol_next(list); item = pol_next(item)) {
		enum pol_holds holds = rule_holds(pol, item, wish);

		if (!holds)
			continue;
		say = pol_decide(pol, verdict, holds == POL_HOLDS ? POL_CHANGE : POL_DENY, item);
		if (holds == POL_HOLDS)
			give(pol, item, acquire);
		else
			pol_say(&say, " may be about this credential, and it is not known whether it is");
		return verdict->action;
	}
	return POL_ALLOW;
}
