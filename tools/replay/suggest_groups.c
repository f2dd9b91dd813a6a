/* SPDX-License-Identifier: MIT */
/* The contexts of traces by program and role: with whom they were, on which terms, and what for. */
#include "tools/replay/suggesting.h"

#include "policy/decide.h"

#include <stdio.h>
#include <string.h>

#define NAME_MOST 255
#define ASKS_TO_DELEGATE 0x8001u
#define DELEGATED 1u
#define ANONYMOUS 64u

static const struct {
	const char *kind, *name, *number;
} names[] = {
#define NAME(kind, name, number) {kind, name, number},
#include "policy/names.def"
};

/* The name of a mechanism, or of this encryption type and no other. NULL: there is none. */
static const char *name_of_number(const char *kind, const char *number)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t same = 0;

		if (strcmp(names[i].kind, kind) || strcmp(names[i].number, number))
			continue;
		if (!strcmp(kind, "mechanism"))
			return names[i].name; /* the others are the same one */
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			same += !strcmp(names[j].kind, kind) && !strcmp(names[j].name, names[i].name);
		if (same == 1)
			return names[i].name;
	}
	return NULL;
}

static struct model_text text_of(const char *text)
{
	return (struct model_text){text, strlen(text)};
}

static bool add_number(struct bag *bag, const char *kind, const char *number, const struct replay_case *c)
{
	const char *name = name_of_number(kind, number);

	return bag_add(bag, text_of(name ? name : number), c);
}

static bool add_enctype(struct bag *bag, uint32_t enctype, const struct replay_case *c)
{
	char number[12];

	snprintf(number, sizeof(number), "%u", enctype);
	return add_number(bag, "enctype", number, c);
}

/* Whether a policy can have the peer's name: it is known whole, and somebody's. */
static bool has_name(struct model_text peer, const struct replay_case *c)
{
	bool anonymous = c->is.role == POL_ACCEPTOR && c->is.flags_granted & ANONYMOUS;

	return peer.at && peer.length && peer.length < NAME_MOST && !memchr(peer.at, 0, peer.length) &&
	       !anonymous && !pol_anonymous(peer.at) &&
	       bag_holds("gss: {peers: {allow: [", peer, c->is.kerberos ? BAG_PRINCIPAL : BAG_TEXT, "]}}\n");
}

static bool take_terms(struct group_terms *terms, const struct replay_case *c)
{
	struct model_text peer = c->texts[c->is.role == POL_ACCEPTOR ? CASE_INITIATOR : CASE_ACCEPTOR];
	struct pol_facts facts = {.mech = c->texts[CASE_MECH].at,
				  .mech_length = c->texts[CASE_MECH].length,
				  .kerberos = c->is.unanswered};
	char mechanism[POL_OID_TEXT];
	bool good = true;

	if (!c->is.unanswered)
		terms->flags = terms->count > terms->unanswered ? terms->flags & c->is.flags_granted
								: c->is.flags_granted;
	terms->count += c->count;
	terms->unanswered += c->is.unanswered ? c->count : 0;
	terms->traces |= c->traces;
	if (has_name(peer, c))
		good = bag_add(&terms->peers, peer, c);
	else
		terms->nameless = true;
	if (pol_mechanism(&facts, mechanism))
		good &= add_number(&terms->mechanisms, "mechanism", mechanism, c);
	else
		terms->no_mechanism = true;
	if (c->is.ticket_enctype)
		good &= add_enctype(&terms->tickets, c->is.ticket_enctype, c);
	else
		terms->no_ticket = true;
	if (c->is.session_enctype)
		good &= add_enctype(&terms->sessions, c->is.session_enctype, c);
	else if (!c->is.unanswered)
		terms->no_session = true;
	terms->unbound |= !c->is.bound || (c->is.role == POL_INITIATOR && !c->is.bound_before);
	terms->asked |= (c->is.flags_requested & ASKS_TO_DELEGATE) != 0;
	terms->blind |= c->is.role == POL_INITIATOR && !c->is.has_calls;
	terms->constrained |= c->is.constrained;
	/* Where nobody answers it may have been, and work. */
	terms->delegated |= c->is.unanswered && c->is.flags_requested & ASKS_TO_DELEGATE;
	terms->delegated |= c->is.role == POL_ACCEPTOR ? c->is.delegated : c->is.flags_granted & DELEGATED;
	if (c->is.has_lifetime && (!terms->has_lifetime || c->is.lifetime < terms->lifetime))
		terms->lifetime = c->is.lifetime;
	terms->has_lifetime |= c->is.has_lifetime;
	return good;
}

static bool is_listed(const struct model_list *list, struct model_text text)
{
	struct model_key key;
	bool found;

	model_key_begin(&key);
	model_key_text(&key, text);
	found = model_node_find(list, &key);
	model_key_end(&key);
	return found;
}

static bool put_listed(struct model_list *list, struct model_text text)
{
	struct model_key key;
	bool made, good;

	model_key_begin(&key);
	model_key_text(&key, text);
	good = model_node_get(list, &key, sizeof(struct model_node), &made);
	model_key_end(&key);
	return good;
}

static bool holds(const char *key, struct model_text path)
{
	char before[40];

	snprintf(before, sizeof(before), "gss: {match: [{%s: ", key);
	return bag_holds(before, path, BAG_TEXT, ", delegation: allow}]}\n");
}

/* What all cases of a program have can be asked for; a rule in doubt would refuse the others. */
static void look_at_programs(struct suggesting *s)
{
	s->programs = true;
	for (const struct replay_case *c = s->replay->first; c; c = c->next) {
		const char *script = c->texts[CASE_SCRIPT].at;

		if (c->is.kind != CASE_CONTEXT || !case_came_about(c))
			continue;
		s->programs &= c->texts[CASE_PROGRAM].at && holds("program", c->texts[CASE_PROGRAM]);
		if (!script || *script != '/' || !holds("script", c->texts[CASE_SCRIPT]))
			s->failed |= !put_listed(&s->unscripted, c->texts[CASE_PROGRAM]);
	}
}

static struct group *group_of(struct suggesting *s, const struct replay_case *c, uint32_t role, bool make)
{
	struct model_text program = {0}, script = {0};
	struct group *group;
	struct model_key key;
	bool made = false;

	if (s->programs)
		program = c->texts[CASE_PROGRAM];
	if (program.at && !is_listed(&s->unscripted, program))
		script = c->texts[CASE_SCRIPT];
	model_key_begin(&key);
	model_key_text(&key, program);
	model_key_text(&key, script);
	model_key_number(&key, role);
	group = make ? model_node_get(&s->groups, &key, sizeof(*group), &made)
		     : model_node_find(&s->groups, &key);
	model_key_end(&key);
	if (made) {
		group->role = role;
		s->failed |= (program.at && !model_text_set(&group->program, program)) ||
			     (script.at && !model_text_set(&group->script, script));
	}
	s->failed |= make && !group;
	return group;
}

/* Of a context of which nothing is known it could be either role. */
static void take_use(struct suggesting *s, const struct replay_case *c)
{
	const uint32_t bit = 1u << c->is.use;

	if (c->is.use >= POL_BY_PASSWORD)
		s->ways |= bit;
	for (uint32_t role = POL_INITIATOR; c->is.use < POL_BY_PASSWORD && role <= POL_ACCEPTOR; role++) {
		struct group *group = !c->is.role || c->is.role == role ? group_of(s, c, role, false) : NULL;

		if (!group)
			continue;
		*(c->is.unsure ? &group->terms.unsure : &group->terms.used) |= bit;
		if (c->is.use == POL_GOES_ON && c->is.age != UINT32_MAX && c->is.age > group->terms.age)
			group->terms.age = c->is.age;
	}
}

static void take_cases(struct suggesting *s)
{
	struct group *group;

	for (const struct replay_case *c = s->replay->first; c && !s->failed; c = c->next)
		if (c->is.kind == CASE_CONTEXT && case_came_about(c) &&
		    (group = group_of(s, c, c->is.role, true)))
			s->failed |= !take_terms(&group->terms, c);
	for (const struct replay_case *c = s->replay->first; c && !s->failed; c = c->next)
		if (c->is.kind == CASE_USE && (c->is.unsure || case_came_about(c)))
			take_use(s, c);
}

static void look_at_group(void *entry, void *context)
{
	const struct group *group = entry;
	struct suggesting *s = context;

	s->nameless |= group->terms.nameless;
}

void suggest_gather(struct suggesting *s)
{
	look_at_programs(s);
	take_cases(s);
	model_each(&s->groups, look_at_group, s);
}

static void release(void *entry)
{
	struct group *group = entry;

	model_text_free(&group->program);
	model_text_free(&group->script);
	bag_free(&group->terms.peers);
	bag_free(&group->terms.mechanisms);
	bag_free(&group->terms.tickets);
	bag_free(&group->terms.sessions);
}

static void leave(void *entry)
{
	(void)entry;
}

void suggest_leave(struct suggesting *s)
{
	model_list_free(&s->groups, release);
	model_list_free(&s->unscripted, leave);
}
