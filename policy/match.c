/* SPDX-License-Identifier: MIT */
/*
 * Which rule of gss.match counts, keyword by keyword as sshd_config(5) has it: the first that holds and has
 * the keyword. What a rule asks and nobody knows makes it doubtful, and not untrue. Linked into the shim.
 */
#include "policy/decide.h"

#include <string.h>

static enum pol_holds either(bool yes)
{
	return yes ? POL_HOLDS : POL_HOLDS_NOT;
}

static enum pol_holds text_holds(const struct pol *pol, const struct pol_rule *list, const char *text)
{
	return text ? either(pol_matching(pol, list, text)) : POL_MAY_HOLD;
}

static enum pol_holds peer_holds(const struct pol *pol, const struct pol_rule *list,
				 const struct pol_facts *facts)
{
	const struct pol_name *peer = facts->role == POL_INITIATOR ? &facts->acceptor : &facts->initiator;

	if (facts->role == POL_ACCEPTOR && (facts->anonymous || (peer->text && pol_anonymous(peer->text))))
		return POL_HOLDS_NOT;
	return peer->text && peer->whole ? either(pol_matching_name(pol, facts, list, peer->text))
					 : POL_MAY_HOLD;
}

static enum pol_holds service_holds(const struct pol *pol, const struct pol_rule *list,
				    const struct pol_facts *facts)
{
	if (!facts->acceptor.text || !facts->acceptor.whole)
		return POL_MAY_HOLD;
	for (const struct pol_rule *item = list + 1; item < pol_next(list); item++)
		if (pol_match_service(pol_text(pol->image, item), facts->acceptor.text))
			return POL_HOLDS;
	return POL_HOLDS_NOT;
}

enum pol_holds pol_key_holds(const struct pol *pol, const struct pol_rule *key, const struct pol_facts *facts)
{
	const struct pol_process *process = facts->process;
	char text[POL_OID_TEXT];
	struct pol_say say;

	switch (key->keyword) {
	case POL_K_MATCH_PROGRAM:
		return text_holds(pol, key, process ? process->program : NULL);
	case POL_K_MATCH_SCRIPT:
		return text_holds(pol, key, process ? process->script : NULL);
	case POL_K_MATCH_USER:
		say = pol_say_into(text, sizeof(text));
		pol_say_number(&say, process ? process->user : 0);
		return text_holds(pol, key, process && process->user != POL_NO_USER ? text : NULL);
	case POL_K_MATCH_ROLE:
		if (!facts->role)
			return POL_MAY_HOLD;
		return either((key->word == POL_W_INITIATOR) == (facts->role == POL_INITIATOR));
	case POL_K_MATCH_SERVICE:
		return service_holds(pol, key, facts);
	case POL_K_MATCH_PEER:
		return peer_holds(pol, key, facts);
	case POL_K_MATCH_MECHANISM:
		return text_holds(pol, key, pol_mechanism(facts, text) ? text : NULL);
	default: /* what the rule says, and does not ask */
		return POL_HOLDS;
	}
}

static enum pol_holds rule_holds(const struct pol *pol, const struct pol_rule *item,
				 const struct pol_facts *facts)
{
	enum pol_holds all = POL_HOLDS;

	for (const struct pol_rule *key = item + 1; key < pol_next(item); key = pol_next(key)) {
		enum pol_holds one = pol_key_holds(pol, key, facts);

		if (one == POL_HOLDS_NOT)
			return POL_HOLDS_NOT;
		if (one == POL_MAY_HOLD)
			all = POL_MAY_HOLD;
	}
	return all;
}

bool pol_stays_in_doubt(const struct pol *pol, const struct pol_rule *item, const struct pol_facts *facts)
{
	for (const struct pol_rule *key = item + 1; key < pol_next(item); key = pol_next(key))
		if (pol_key_holds(pol, key, facts) == POL_MAY_HOLD && key->keyword != POL_K_MATCH_PROGRAM &&
		    key->keyword != POL_K_MATCH_SCRIPT)
			return false;
	return true;
}

const struct pol_rule *pol_in_force(const struct pol *pol, const struct pol_facts *facts, uint16_t keyword,
				    const struct pol_rule **doubt)
{
	const struct pol_rule *list = pol->rule[POL_K_MATCH], *item, *rule;

	*doubt = NULL;
	if (!list || !pol->asks[keyword])
		return pol->rule[keyword];
	for (item = list + 1; item < pol_next(list); item = pol_next(item)) {
		rule = pol_field(item, keyword);
		if (!rule)
			continue;
		switch (rule_holds(pol, item, facts)) {
		case POL_HOLDS:
			return rule;
		case POL_MAY_HOLD:
			if (!*doubt)
				*doubt = item;
			break;
		default:
			break;
		}
	}
	return pol->rule[keyword];
}

bool pol_negotiates(const void *mech, size_t length)
{
	static const char spnego[] = "\x2b\x06\x01\x05\x05\x02";
	static const char negoex[] = "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e";

	return (length == sizeof(spnego) - 1 && !memcmp(mech, spnego, length)) ||
	       (length == sizeof(negoex) - 1 && !memcmp(mech, negoex, length));
}

/* X.690, section 8.19; a number of more than 32 bits is none of a mechanism's. */
bool pol_mechanism(const struct pol_facts *facts, char out[POL_OID_TEXT])
{
	struct pol_say say = pol_say_into(out, POL_OID_TEXT);
	const uint8_t *at = facts->mech, *end = at ? at + facts->mech_length : NULL;
	uint64_t number = 0;
	bool first = true;

	if (!facts->mech || !facts->mech_length || end[-1] & 0x80) {
		if (!facts->mech && facts->kerberos)
			pol_say(&say, "1.2.840.113554.1.2.2");
		return say.used > 0;
	}
	for (; at < end; at++) {
		number = number << 7 | (*at & 0x7f);
		if (number > UINT32_MAX)
			return false;
		if (*at & 0x80)
			continue;
		if (first) {
			uint32_t root = number < 80 ? (uint32_t)number / 40 : 2;

			pol_say_number(&say, root);
			number -= 40 * root;
		}
		pol_say(&say, ".");
		pol_say_number(&say, (uint32_t)number);
		number = 0;
		first = false;
	}
	return !say.lossy;
}
