/* SPDX-License-Identifier: MIT */
/*
 * On which terms peers authenticated that somebody should change: encryption types that are not to be used
 * any more, tickets of keys that have a successor, tickets that end soon.
 */
#include "tools/names/names.h"
#include "tools/view/party.h"
#include "tools/view/summary_words.h"

#define SOON 3600 /* seconds */

enum list { WEAK, SUPERSEDED, SOON_OVER, LISTS };

/* The highest version of an acceptor's key that was seen. */
struct newest {
	struct model_node node;
	uint32_t kvno;
};

struct pass {
	struct out *out;
	struct model_list newest; /* by acceptor */
	enum list list;
	uint64_t now, count;
	bool print;
};

static struct newest *newest_of(struct pass *pass, struct model_text acceptor, bool make)
{
	struct newest *newest;
	struct model_key key;
	bool made;

	model_key_begin(&key);
	model_key_text(&key, acceptor);
	newest = make ? model_node_get(&pass->newest, &key, sizeof(*newest), &made)
		      : model_node_find(&pass->newest, &key);
	model_key_end(&key);
	return newest;
}

static void learn_newest(const struct party *party, void *context)
{
	uint32_t kvno = party->tally->terms.kvno;
	struct newest *newest = kvno ? newest_of(context, party->acceptor, true) : NULL;

	if (newest && newest->kvno < kvno)
		newest->kvno = kvno;
}

static uint32_t newest_key(struct pass *pass, const struct party *party)
{
	const struct newest *newest = newest_of(pass, party->acceptor, false);

	return newest ? newest->kvno : 0;
}

static bool belongs(struct pass *pass, const struct party *party)
{
	const struct model_terms *terms = &party->tally->terms;

	if (!party->tally->count[MODEL_ESTABLISHED])
		return false;
	switch (pass->list) {
	case WEAK:
		return name_enctype_weak(terms->ticket_enctype) || name_enctype_weak(party->tally->enctype);
	case SUPERSEDED:
		return terms->kvno && terms->kvno < newest_key(pass, party);
	default:
		return terms->ticket_end >= pass->now && terms->ticket_end < pass->now + SOON;
	}
}

static void say_enctype(struct out *out, const char *what, uint32_t enctype)
{
	const char *name = enctype ? name_of(TR_TYPE_ENCTYPE, enctype) : NULL;

	if (!enctype)
		return;
	out_str(out, what);
	if (name)
		out_str(out, name);
	else
		out_unsigned(out, enctype);
}

static void one(const struct party *party, void *context)
{
	struct pass *pass = context;
	struct out *out = pass->out;

	if (!belongs(pass, party))
		return;
	pass->count++;
	if (!pass->print)
		return;
	out_str(out, "  ");
	say_words_or(out, party->initiator, "?");
	out_str(out, " -> ");
	say_words_or(out, party->acceptor.at ? party->acceptor : party->endpoint, "?");
	out_str(out, ", as seen by ");
	say_program(out, party->program);
	if (pass->list == WEAK) {
		say_enctype(out, ": ticket ", party->tally->terms.ticket_enctype);
		say_enctype(out, ", session ", party->tally->enctype);
	} else if (pass->list == SUPERSEDED) {
		out_str(out, ": kvno ");
		out_unsigned(out, party->tally->terms.kvno);
		out_str(out, ", the newest seen is ");
		out_unsigned(out, newest_key(pass, party));
	} else {
		out_str(out, ": ");
		out_str(out, out_stamp(out, party->tally->terms.ticket_end * 1000000000));
	}
	out_char(out, '\n');
}

void summary_terms(struct out *out, struct model *model, uint64_t now)
{
	static const char *const headings[LISTS] = {
		"Weak encryption (RFC 6649, RFC 8429): ", "Tickets of a key that has a successor: ",
		"Tickets that end within the hour: "};
	struct pass pass = {.out = out, .now = now};

	party_each(model, learn_newest, &pass);
	for (pass.list = 0; pass.list < LISTS; pass.list++) {
		pass.count = 0;
		pass.print = false;
		party_each(model, one, &pass);
		if (!pass.count)
			continue;
		out_paint(out, YELLOW);
		out_str(out, headings[pass.list]);
		out_unsigned(out, pass.count);
		out_paint(out, PLAIN);
		out_char(out, '\n');
		pass.print = true;
		party_each(model, one, &pass);
	}
	model_list_free(&pass.newest, NULL);
}
