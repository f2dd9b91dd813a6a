/* SPDX-License-Identifier: MIT */
/*
 * Security contexts: from facts to a verdict, by the rules of an image that pol_open has passed. What a
 * policy does not mention is allowed; what cannot be known is taken as the worse case. Linked into the shim.
 */
#include "policy/decide.h"

#include <string.h>

/* One topic of a context under judgement. */
struct hearing {
	const struct pol *pol;
	const struct pol_facts *facts;
	struct pol_verdict *verdict;
};

/*
 * RFC 8062: such a name says that its bearer is not known, so a pattern like * must not let it in; nor one in
 * which there is nothing before the realm, as @R, or /@R with two empty components.
 */
bool pol_anonymous(const char *name)
{
	const char *said = name ? name + strspn(name, "/") : "";

	return !*said || *said == '@' || !strncmp(said, "WELLKNOWN/ANONYMOUS@", 20);
}

static struct pol_say decide(const struct hearing *h, enum pol_action action, const struct pol_rule *rule)
{
	return pol_decide(h->pol, h->verdict, action, rule);
}

static enum pol_action deny(const struct hearing *h, const struct pol_rule *rule, const char *why)
{
	struct pol_say say = decide(h, POL_DENY, rule);

	pol_say(&say, why);
	return h->verdict->action;
}

/* Before a token leaves what is not known yet may become so; after that it will not. */
static bool waits(const struct hearing *h)
{
	return h->facts->moment == POL_BEFORE_TOKEN;
}

/*
 * The rule that counts. True: there is nothing more to weigh, since no rule asks, or since it is not known
 * which one counts. That is left open only as long as somebody may still tell: libkrb5, when it makes the
 * token, has told whom it is for.
 */
static bool settled(const struct hearing *h, uint16_t keyword, const struct pol_rule **rule)
{
	const struct pol_rule *doubt;

	*rule = pol_in_force(h->pol, h->facts, keyword, &doubt);
	if (!doubt)
		return !*rule;
	h->verdict->waits = waits(h) && !h->facts->kerberos && !pol_stays_in_doubt(h->pol, doubt, h->facts);
	if (!h->verdict->waits)
		pol_deny_doubtful(h->pol, h->verdict, doubt);
	return true;
}

static bool judges_contexts(const struct pol_keyword *k)
{
	return !strncmp(k->path, "gss.", 4) && !pol_is_field(k) && k->type != POL_T_RECORDS &&
	       k->id != POL_K_DELEGATION && k->id != POL_K_CONSTRAINED && k->id != POL_K_STORE &&
	       k->id != POL_K_STORE_REMOVE && !pol_is_of_use(k->id);
}

bool pol_asks_of_contexts(const struct pol *pol)
{
	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (judges_contexts(k) && pol->asks[k->id])
			return true;
	return false;
}

int pol_judges_contexts(const struct pol *pol)
{
	return pol->state == POL_BROKEN || (pol->state == POL_READY && pol->asks_of_contexts);
}

int pol_judges_peers(const struct pol *pol)
{
	return pol->state == POL_BROKEN || pol_judges_groups(pol) ||
	       (pol->state == POL_READY && (pol->asks[POL_K_PEERS_ALLOW] || pol->asks[POL_K_PEERS_DENY] ||
					    pol->asks[POL_K_MATCH_PEER] || pol->asks[POL_K_MATCH_SERVICE]));
}

int pol_judges_groups(const struct pol *pol)
{
	return pol->state == POL_READY &&
	       (pol->asks[POL_K_PEERS_ALLOW_GROUPS] || pol->asks[POL_K_PEERS_DENY_GROUPS]);
}

int pol_judges_stores(const struct pol *pol)
{
	return pol->state == POL_READY && pol->asks[POL_K_STORES_ALLOW];
}

int pol_judges_mechanisms(const struct pol *pol)
{
	return pol->state == POL_READY && pol->asks[POL_K_MECHANISMS];
}

int pol_judges_session(const struct pol *pol)
{
	return pol->state == POL_READY && pol->asks[POL_K_ENCTYPES_SESSION];
}

int pol_judges_user(const struct pol *pol)
{
	return pol->state == POL_READY && pol->asks[POL_K_MATCH_USER];
}

/* What is said of a peer; NULL: nothing. */
struct lists {
	const struct pol_rule *deny, *allow, *deny_groups, *allow_groups;
};

/* False: there is nothing more to weigh. Nobody proves to an initiator what groups an acceptor is in. */
static bool take_lists(const struct hearing *h, struct lists *l)
{
	const struct {
		uint16_t keyword;
		const struct pol_rule **list;
	} all[] = {
		{POL_K_PEERS_DENY, &l->deny},
		{POL_K_PEERS_ALLOW, &l->allow},
		{POL_K_PEERS_DENY_GROUPS, &l->deny_groups},
		{POL_K_PEERS_ALLOW_GROUPS, &l->allow_groups},
	};

	for (size_t i = 0; i < (h->facts->role == POL_INITIATOR ? 2 : 4); i++)
		if (settled(h, all[i].keyword, all[i].list) && h->verdict->action)
			return false;
	return l->deny || l->allow || l->deny_groups || l->allow_groups;
}

static enum pol_action judge_named(const struct hearing *h, enum pol_action action,
				   const struct pol_rule *rule, const char *why, const char *name)
{
	struct pol_say say = decide(h, action, rule);

	if (action == POL_ALLOW)
		return POL_ALLOW;
	pol_say(&say, why);
	pol_say_quoted(&say, name);
	return h->verdict->action;
}

/* POL_ALLOW: none of the lists is against him. */
static enum pol_action judge_denied(const struct hearing *h, const struct lists *l, const char *name)
{
	const struct pol_rule *item = pol_matching_name(h->pol, h->facts, l->deny, name);
	bool known = true;

	if (item)
		return judge_named(h, POL_DENY, item, " forbids the peer ", name);
	if (!l->deny_groups)
		return POL_ALLOW;
	item = pol_matching_group(h->pol, h->facts, l->deny_groups, true, &known);
	if (item)
		return judge_named(h, POL_DENY, item, " forbids a group of the peer ", name);
	return known ? POL_ALLOW
		     : judge_named(h, POL_DENY, l->deny_groups,
				   " forbids groups, and it is not known which are those of the peer ", name);
}

static enum pol_action judge_allowed(const struct hearing *h, const struct lists *l, const char *name)
{
	const struct pol_rule *item = pol_matching_name(h->pol, h->facts, l->allow, name);
	bool known = true;

	if (!item && l->allow_groups)
		item = pol_matching_group(h->pol, h->facts, l->allow_groups, false, &known);
	if (item)
		return judge_named(h, POL_ALLOW, item, "", name);
	if (!l->allow_groups)
		return judge_named(h, POL_DENY, l->allow, " does not list the peer ", name);
	return judge_named(h, POL_DENY, l->allow_groups,
			   known ? " lists no group of the peer "
				 : " lists groups, and it is not known which are those of the peer ",
			   name);
}

static enum pol_action judge_peer(const struct hearing *h)
{
	const struct pol_facts *facts = h->facts;
	const struct pol_name *peer = facts->role == POL_INITIATOR ? &facts->acceptor : &facts->initiator;
	struct lists l = {0};
	const struct pol_rule *any;

	if (!take_lists(h, &l) || (!peer->text && waits(h)))
		return h->verdict->action;
	any = l.allow ? l.allow : l.deny ? l.deny : l.allow_groups ? l.allow_groups : l.deny_groups;
	if (pol_anonymous(peer->text) || (facts->anonymous && facts->role == POL_ACCEPTOR))
		return deny(h, any, " lets no unknown or anonymous peer pass");
	if (!peer->whole)
		return deny(h, any,
			    " lets no peer pass whose name is too long, is no text, or is not proved");
	if (judge_denied(h, &l, peer->text) || !(l.allow || l.allow_groups))
		return h->verdict->action;
	return judge_allowed(h, &l, peer->text);
}

/* One of a list, or not: what it is called in sentences, and its text; NULL: it is not known. */
static enum pol_action judge_listed(const struct hearing *h, uint16_t keyword, const char *what,
				    const char *text)
{
	const struct pol_rule *list, *item;
	struct pol_say say;

	if (settled(h, keyword, &list) || (!text && waits(h)))
		return h->verdict->action;
	item = text ? pol_matching(h->pol, list, text) : NULL;
	say = decide(h, item ? POL_ALLOW : POL_DENY, item ? item : list);
	pol_say(&say, item   ? " allows the "
		      : text ? " does not list the "
			     : " lets nothing pass without a known ");
	pol_say(&say, what);
	if (text) {
		pol_say(&say, " ");
		pol_say(&say, text);
	}
	return h->verdict->action;
}

static enum pol_action judge_mechanism(const struct hearing *h)
{
	char text[POL_OID_TEXT];
	bool known = h->pol->asks[POL_K_MECHANISMS] && pol_mechanism(h->facts, text);

	return judge_listed(h, POL_K_MECHANISMS, "mechanism", known ? text : NULL);
}

static enum pol_action judge_enctype(const struct hearing *h, uint16_t keyword, const char *what,
				     uint32_t enctype)
{
	char text[12];
	struct pol_say say = pol_say_into(text, sizeof(text));

	if (h->pol->asks[keyword])
		pol_say_number(&say, enctype);
	return judge_listed(h, keyword, what, enctype ? text : NULL);
}

static enum pol_action judge_ticket(const struct hearing *h)
{
	return judge_enctype(h, POL_K_ENCTYPES_TICKET, "ticket's encryption type", h->facts->ticket_enctype);
}

static enum pol_action judge_session(const struct hearing *h)
{
	return judge_enctype(h, POL_K_ENCTYPES_SESSION, "session key's encryption type",
			     h->facts->session_enctype);
}

/* RFC 2744, appendix A. */
static uint32_t flag_of(uint16_t word)
{
	switch (word) {
	case POL_W_MUTUAL:
		return 2;
	case POL_W_REPLAY:
		return 4;
	case POL_W_SEQUENCE:
		return 8;
	case POL_W_CONFIDENTIALITY:
		return 16;
	default:
		return 32; /* integrity */
	}
}

static enum pol_action judge_flags(const struct hearing *h)
{
	const struct pol_rule *list;

	if (settled(h, POL_K_REQUIRE_FLAGS, &list) || waits(h))
		return h->verdict->action;
	for (const struct pol_rule *item = list + 1; item < pol_next(list); item++) {
		struct pol_say say;

		if (h->facts->flags_granted & flag_of(item->word))
			continue;
		say = decide(h, POL_DENY, item);
		pol_say(&say, " asks for ");
		pol_say(&say, pol_word_text(item->word));
		pol_say(&say, ", which was not granted");
		return POL_DENY;
	}
	return POL_ALLOW;
}

static enum pol_action judge_bindings(const struct hearing *h)
{
	const struct pol_rule *rule;

	if (settled(h, POL_K_BINDINGS, &rule) || rule->word == POL_W_ALLOW || h->facts->bound ||
	    (waits(h) && h->facts->role != POL_INITIATOR))
		return h->verdict->action;
	return deny(h, rule,
		    h->facts->role == POL_INITIATOR ? " asks for channel bindings, and the program gives none"
						    : " asks for channel bindings, and the context has none");
}

static enum pol_action judge_lifetime(const struct hearing *h)
{
	const struct pol_rule *rule;
	struct pol_say say;

	if (settled(h, POL_K_LIFETIME, &rule) || waits(h) ||
	    (h->facts->lifetime_known && h->facts->lifetime >= rule->text))
		return h->verdict->action;
	say = decide(h, POL_DENY, rule);
	pol_say(&say, " asks for ");
	pol_say_number(&say, rule->text);
	pol_say(&say, " seconds, and ");
	if (h->facts->lifetime_known)
		pol_say_number(&say, h->facts->lifetime);
	pol_say(&say, h->facts->lifetime_known ? " are left" : "it is not known how many are left");
	return POL_DENY;
}

/* RFC 2743's deleg flag, and MIT's for delegation where the realm's policy agrees (RFC 5896). */
#define ASKS_TO_DELEGATE (1u | 32768u)

static enum pol_action judge_delegation(const struct hearing *h)
{
	const struct pol_facts *facts = h->facts;
	const struct pol_rule *rule;
	bool strip, asked = waits(h) && facts->flags_requested & ASKS_TO_DELEGATE;
	bool gone = facts->delegation_open && !waits(h) && facts->flags_granted & ASKS_TO_DELEGATE;
	struct pol_say say;

	if (!(asked || gone || facts->delegated) || settled(h, POL_K_DELEGATION, &rule) ||
	    rule->word == POL_W_ALLOW)
		return h->verdict->action;
	/* What has left cannot be taken away any more. */
	strip = rule->word == POL_W_STRIP && !gone;
	say = decide(h, strip ? POL_CHANGE : POL_DENY, rule);
	if (asked || gone)
		pol_say(&say, strip ? " takes the request for delegation away"
				    : " refuses to delegate credentials");
	else
		pol_say(&say,
			strip ? " takes the delegated credential away" : " refuses delegated credentials");
	return h->verdict->action;
}

static enum pol_action judge_constrained(const struct hearing *h)
{
	const struct pol_rule *rule;
	struct pol_say say;
	bool strip;

	if (!h->facts->constrained || settled(h, POL_K_CONSTRAINED, &rule) || rule->word == POL_W_ALLOW)
		return h->verdict->action;
	strip = rule->word == POL_W_STRIP;
	say = decide(h, strip ? POL_CHANGE : POL_DENY, rule);
	pol_say(&say, strip ? " takes the credential for constrained delegation away"
			    : " refuses credentials for constrained delegation");
	return h->verdict->action;
}

/* A name by which a pattern of a directory could be left again is as good as none. */
static bool goes_up(const char *name)
{
	const char *at = strstr(name, "/..");

	while (at && at[3] && at[3] != '/')
		at = strstr(at + 1, "/..");
	return at;
}

static enum pol_action judge_store(const struct hearing *h)
{
	const struct pol_name *store = &h->facts->store;

	return judge_listed(h, POL_K_STORES_ALLOW, h->facts->role == POL_ACCEPTOR ? "keytab" : "ticket cache",
			    store->text && store->whole && !goes_up(store->text) ? store->text : NULL);
}

/* Who judges a topic, and by which keywords. */
static const struct topic {
	enum pol_action (*judge)(const struct hearing *);
	uint16_t keywords[4];
} topics[] = {
	[POL_ABOUT_PEER] = {judge_peer,
			    {POL_K_PEERS_DENY, POL_K_PEERS_ALLOW, POL_K_PEERS_DENY_GROUPS,
			     POL_K_PEERS_ALLOW_GROUPS}},
	[POL_ABOUT_MECHANISM] = {judge_mechanism, {POL_K_MECHANISMS}},
	[POL_ABOUT_FLAGS] = {judge_flags, {POL_K_REQUIRE_FLAGS}},
	[POL_ABOUT_TICKET] = {judge_ticket, {POL_K_ENCTYPES_TICKET}},
	[POL_ABOUT_SESSION] = {judge_session, {POL_K_ENCTYPES_SESSION}},
	[POL_ABOUT_BINDINGS] = {judge_bindings, {POL_K_BINDINGS}},
	[POL_ABOUT_LIFETIME] = {judge_lifetime, {POL_K_LIFETIME}},
	[POL_ABOUT_STORE] = {judge_store, {POL_K_STORES_ALLOW}},
	[POL_ABOUT_DELEGATION] = {judge_delegation, {POL_K_DELEGATION}},
	[POL_ABOUT_CONSTRAINED] = {judge_constrained, {POL_K_CONSTRAINED}},
};
_Static_assert(sizeof(topics) / sizeof(topics[0]) == POL_TOPICS, "each topic has its judge");

bool pol_asks_about(const struct pol *pol, enum pol_topic topic)
{
	const uint16_t *keywords = topics[topic].keywords;

	for (size_t i = 0; i < sizeof(topics->keywords) / sizeof(*topics->keywords) && keywords[i]; i++)
		if (pol->asks[keywords[i]])
			return true;
	return false;
}

enum pol_action pol_judge(const struct pol *pol, const struct pol_facts *facts, enum pol_topic topic,
			  struct pol_verdict *verdict)
{
	return pol_settled(pol, verdict) ? verdict->action
					 : topics[topic].judge(&(struct hearing){pol, facts, verdict});
}

enum pol_action pol_judge_context(const struct pol *pol, const struct pol_facts *facts,
				  struct pol_verdict *verdict, const struct pol_hearer *hearer)
{
	bool open = false;
	int changes = -1;

	if (pol_settled(pol, verdict) && verdict->action == POL_ALLOW)
		return POL_ALLOW;
	for (int topic = 0; topic < POL_TOPICS; topic++) {
		enum pol_action action;

		if (pol->state == POL_READY && !(pol->topics >> topic & 1))
			continue;
		action = pol_judge(pol, facts, (enum pol_topic)topic, verdict);
		open |= topic == POL_ABOUT_DELEGATION && verdict->waits;
		if (!hearer->keeps(hearer, (enum pol_topic)topic, verdict) || action == POL_ALLOW)
			continue;
		if (action == POL_DENY)
			return POL_DENY;
		changes = topic;
	}
	if (changes >= 0)
		return pol_judge(pol, facts, (enum pol_topic)changes, verdict);
	verdict->waits = open;
	return POL_ALLOW;
}
