/* SPDX-License-Identifier: MIT */
/*
 * Who may come in: a peer that a ZAP handler is asked about, by the rules of zmq.auth. What a rule cannot say
 * by itself, since it stands in files, is left to who can read them. Linked into the shim.
 */
#include "policy/decide.h"

#include <string.h>

int pol_authenticates(const struct pol *pol)
{
	return pol->state == POL_READY && pol->rule[POL_K_AUTH];
}

int pol_authenticates_groups(const struct pol *pol)
{
	return pol_authenticates(pol) && pol->asks[POL_K_AUTH_GSSAPI_GROUPS];
}

static bool matches(const struct pol *pol, const struct pol_rule *item, uint16_t key, const char *text)
{
	const struct pol_rule *pattern = pol_field(item, key);

	return !pattern || pol_match(pol_text(pol->image, pattern), text);
}

uint32_t pol_auth_rule(const struct pol *pol, enum pol_way way, const char *endpoint, const char *domain)
{
	const struct pol_rule *list = pol_authenticates(pol) ? pol->rule[POL_K_AUTH] : NULL;

	for (const struct pol_rule *item = list ? list + 1 : NULL; list && item < pol_next(list);
	     item = pol_next(item)) {
		if (way != POL_BIND && pol_field(item, POL_K_AUTH_BIND))
			continue;
		if (matches(pol, item, POL_K_AUTH_BIND, endpoint) &&
		    matches(pol, item, POL_K_AUTH_DOMAIN, domain))
			return (uint32_t)(item - pol->image->rule) + 1;
	}
	return 0;
}

/* NULL: there is no such rule. */
static const struct pol_rule *item_of(const struct pol *pol, uint32_t number)
{
	const struct pol_rule *item =
		number && number <= pol->image->rule_count ? &pol->image->rule[number - 1] : NULL;

	return item && item->keyword == POL_K_AUTH && item->kind == POL_ITEM ? item : NULL;
}

struct pol_proof pol_auth_proof(const struct pol *pol, uint32_t number)
{
	const struct pol_rule *item = item_of(pol, number);
	struct pol_proof proof = {0};

	if (!item)
		return proof;
	proof.plain = pol_text(pol->image, pol_field(item, POL_K_AUTH_PLAIN));
	proof.curve = pol_text(pol->image, pol_field(item, POL_K_AUTH_CURVE));
	proof.user_id = pol_text(pol->image, pol_field(item, POL_K_AUTH_USER_ID));
	if (proof.user_id && !strcmp(proof.user_id, "key"))
		proof.user_id = NULL;
	return proof;
}

int pol_binds_routing_id(const struct pol *pol, uint32_t number)
{
	const struct pol_rule *item = item_of(pol, number);

	return item && pol_field(item, POL_K_AUTH_ROUTING_ID);
}

static enum pol_action deny(const struct pol *pol, const struct pol_rule *rule, const char *why,
			    const char *what, struct pol_verdict *verdict)
{
	struct pol_say say = pol_decide(pol, verdict, POL_DENY, rule);

	pol_say(&say, why);
	if (what)
		pol_say_quoted(&say, what);
	return POL_DENY;
}

/* libzmq has handshakes there, which ask. */
static bool has_handshakes(const char *endpoint)
{
	static const char *const transports[] = {"tcp://",   "ipc://", "tipc://", "vmci://",
						 "vsock://", "ws://",  "wss://"};

	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
		if (!strncmp(endpoint, transports[i], strlen(transports[i])))
			return true;
	return false;
}

enum pol_action pol_judge_entrance(const struct pol *pol, const struct pol_endpoint *facts,
				   struct pol_verdict *verdict)
{
	static const int stream = 11; /* ZMQ_STREAM, part of libzmq's ABI */
	const char *why = NULL;

	if (facts->way != POL_BIND)
		return POL_ALLOW;
	if (facts->raw || facts->socket_type == stream)
		why = " cannot say who may come in: a raw socket has no handshake, at ";
	else if (!has_handshakes(facts->endpoint))
		why = " cannot say who may come in: this transport has no handshake, at ";
	return why ? deny(pol, pol->rule[POL_K_AUTH], why, facts->endpoint, verdict) : POL_ALLOW;
}

static const struct pol_rule *among(const struct pol *pol, const struct pol_rule *list, const char *address)
{
	for (const struct pol_rule *item = list + 1; item < pol_next(list); item++)
		if (pol_match_address(pol_text(pol->image, item), address))
			return item;
	return NULL;
}

static enum pol_action judge_address(const struct pol *pol, const struct pol_rule *item, const char *address,
				     struct pol_verdict *verdict)
{
	const struct pol_rule *allow = pol_field(item, POL_K_AUTH_ALLOW);
	const struct pol_rule *deny_list = pol_field(item, POL_K_AUTH_DENY), *found;

	if (!allow && !deny_list)
		return POL_ALLOW;
	if (!*address)
		return deny(pol, allow ? allow : deny_list, " lets nobody in whose address is not known",
			    NULL, verdict);
	found = among(pol, allow ? allow : deny_list, address);
	if (allow && !found)
		return deny(pol, allow, " does not list the address ", address, verdict);
	if (deny_list && found)
		return deny(pol, found, " denies the address ", address, verdict);
	return POL_ALLOW;
}

static enum pol_action judge_groups(const struct pol *pol, const struct pol_rule *list,
				    const struct pol_visitor *visitor, struct pol_verdict *verdict)
{
	struct pol_facts facts = {.kerberos = true, .groups = visitor->groups};
	bool known;

	if (pol_matching_group(pol, &facts, list, false, &known))
		return POL_ALLOW;
	return deny(pol, list,
		    known ? " lists no group of the principal "
			  : " lists groups, and it is not known which are those of the principal ",
		    visitor->principal, verdict);
}

static enum pol_action judge_principal(const struct pol *pol, const struct pol_rule *item,
				       const struct pol_visitor *visitor, struct pol_verdict *verdict)
{
	const struct pol_rule *list = pol_field(item, POL_K_AUTH_GSSAPI);
	const struct pol_rule *groups = pol_field(item, POL_K_AUTH_GSSAPI_GROUPS);
	const struct pol_rule *id = pol_field(item, POL_K_AUTH_ROUTING_ID), *any;
	struct pol_facts kerberos = {.kerberos = true};

	any = list ? list : groups ? groups : id;
	if (any && pol_anonymous(visitor->principal))
		return deny(pol, any, " lets nobody in who is anonymous or not known", NULL, verdict);
	if (list && pol_matching_name(pol, &kerberos, list, visitor->principal))
		return POL_ALLOW;
	if (groups)
		return judge_groups(pol, groups, visitor, verdict);
	if (list)
		return deny(pol, list, " does not list the principal ", visitor->principal, verdict);
	return POL_ALLOW;
}

static enum pol_action judge_mechanism(const struct pol *pol, const struct pol_rule *item,
				       const struct pol_visitor *visitor, struct pol_verdict *verdict)
{
	const struct pol_rule *id = pol_field(item, POL_K_AUTH_ROUTING_ID);
	const char *mechanism = visitor->mechanism;

	if (!strcmp(mechanism, "GSSAPI"))
		return judge_principal(pol, item, visitor, verdict);
	/* It could claim to be anybody. */
	if (id)
		return deny(pol, id, " lets nobody in who has no principal, as by ", mechanism, verdict);
	if (!strcmp(mechanism, "NULL") ||
	    (!strcmp(mechanism, "PLAIN") && pol_field(item, POL_K_AUTH_PLAIN)) ||
	    (!strcmp(mechanism, "CURVE") && pol_field(item, POL_K_AUTH_CURVE)))
		return POL_ALLOW;
	return deny(pol, item, " lets nobody in by ", mechanism, verdict);
}

enum pol_action pol_judge_visitor(const struct pol *pol, uint32_t number, const struct pol_visitor *visitor,
				  struct pol_verdict *verdict)
{
	const struct pol_rule *item;

	if (pol_settled(pol, verdict))
		return verdict->action;
	item = item_of(pol, number);
	if (!item)
		return deny(pol, pol->rule[POL_K_AUTH], " has no rule for this endpoint with the domain ",
			    visitor->domain, verdict);
	if (judge_address(pol, item, visitor->address, verdict) ||
	    judge_mechanism(pol, item, visitor, verdict))
		return verdict->action;
	pol_decide(pol, verdict, POL_ALLOW, item);
	return POL_ALLOW;
}

enum pol_action pol_deny_visitor(const struct pol *pol, uint32_t number, const struct pol_visitor *visitor,
				 const char *why, struct pol_verdict *verdict)
{
	const struct pol_rule *item = item_of(pol, number), *key = NULL;

	if (item && !strcmp(visitor->mechanism, "PLAIN"))
		key = pol_field(item, POL_K_AUTH_PLAIN);
	else if (item && !strcmp(visitor->mechanism, "CURVE"))
		key = pol_field(item, POL_K_AUTH_CURVE);
	if (!key)
		key = item ? item : pol->rule[POL_K_AUTH];
	return deny(pol, key, why, NULL, verdict);
}
