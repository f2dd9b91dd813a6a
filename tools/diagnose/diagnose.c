/* SPDX-License-Identifier: MIT */
/* See diagnose.h. Both sides of a handshake have the hash of its first token. */
#include "tools/diagnose/diagnose.h"

#include "tools/diagnose/diagnoses.h"
#include "tools/diagnose/local.h"
#include "tools/diagnose/on_the_way.h"
#include "tools/model/learn.h"

#include <stdlib.h>
#include <string.h>

#define OTHER_END 1500000000ull /* ns: a peer's failure is seen by then, when it is traced at all */
#define ESTABLISHED_MOST 65536	/* that wait for their other side to fail */
#define ODD_MOST 4096 /* that did not fail, and some diagnosis is about them; more say nothing new */

#define BOTH_USES 0 /* GSS_C_BOTH */
#define NO_CRED 7   /* GSS_S_NO_CRED, without its shift */

/* Both sides of a handshake, by the hash of its first token. */
struct sides {
	struct model_node node;
	struct model_talk *init, *acc; /* the first of each; NULL: not seen, or given up */
	struct model_ends ends;	       /* ... as they are counted */
};

struct executed {
	struct diagnose *diagnose;
	struct model_program *program; /* that executes */
};

struct diagnose {
	struct model_listener listener;
	struct model *model;
	struct model_talk *bad, *last_bad; /* in order of their end */
	struct model_talk *examined;	   /* the last of them that was; NULL: none yet */
	struct model_talk *good, *last_good;
	size_t goods, odd;
	struct model_list sides;
	struct diagnose_counts counts;
	struct findings findings;
	size_t compared; /* ends of connections */
	struct on_the_way_kept kept;
};

static void append(struct model_talk **first, struct model_talk **last, struct model_talk *talk)
{
	*(*last ? &(*last)->next : first) = talk;
	*last = talk;
	talk->next = NULL;
}

static struct sides *sides_of(struct diagnose *diagnose, const struct model_talk *talk, bool make)
{
	struct model_key key;
	struct sides *sides;
	bool made;

	if (!talk->hash.at)
		return NULL;
	model_key_begin(&key);
	model_key_text(&key, talk->hash);
	sides = make ? model_node_get(&diagnose->sides, &key, sizeof(*sides), &made)
		     : model_node_find(&diagnose->sides, &key);
	model_key_end(&key);
	return sides;
}

static bool join(struct diagnose *diagnose, struct model_talk *talk)
{
	struct sides *sides = sides_of(diagnose, talk, true);

	if (!talk->hash.at)
		return true;
	if (!sides)
		return false;
	if (talk->role == TR_ROLE_ACCEPTOR && !sides->acc)
		sides->acc = talk;
	else if (talk->role == TR_ROLE_INITIATOR && !sides->init)
		sides->init = talk;
	return true;
}

static void give_up_oldest(struct diagnose *diagnose)
{
	struct model_talk *oldest = diagnose->good;
	struct sides *sides = sides_of(diagnose, oldest, false);

	diagnose->good = oldest->next;
	diagnose->goods--;
	if (sides && sides->init == oldest)
		sides->init = NULL;
	if (sides && sides->acc == oldest)
		sides->acc = NULL;
	if (sides && !sides->init && !sides->acc) {
		model_node_drop(&diagnose->sides, &sides->node);
		model_node_free(&sides->node);
	}
	on_the_way_drop(&diagnose->kept, oldest);
	model_talk_free(oldest);
}

/* Of a process that was killed, or still runs, its calls tell it. */
static bool know_first_token(struct model_talk *talk)
{
	return talk->hash.at || model_text_set(&talk->hash, model_talk_first_token(talk));
}

/* A first token that comes again makes another handshake; what is told of one that was told before does not.
 */
static void count(struct diagnose *diagnose, const struct model_talk *talk)
{
	bool initiates = talk->role == TR_ROLE_INITIATOR;
	struct model_ends alone = {0};
	struct sides *sides = sides_of(diagnose, talk, true);
	const struct model_talk *before = !sides ? NULL : initiates ? sides->init : sides->acc;
	bool again = sides && sides->ends.seen[initiates ? MODEL_INITIATOR : MODEL_ACCEPTOR],
	     same = talk->follows &&
		    (!before || (before->process == talk->process && before->handle == talk->handle));

	diagnose_count(&diagnose->counts, sides && (!again || same) ? &sides->ends : &alone, talk);
}

/* What went well is kept for a while: its other side may have failed, of what became of its tokens. */
static bool ended(struct model_listener *listener, struct model_talk *talk)
{
	struct diagnose *diagnose = (struct diagnose *)listener;
	bool bad = talk->credential || talk->outcome == TR_OUTCOME_FAILED;

	if (!bad && diagnose->odd < ODD_MOST && diagnosis_concerns(NULL, talk)) {
		diagnose->odd++;
		bad = true;
	}
	if (!know_first_token(talk)) {
		model_talk_free(talk);
		return false;
	}
	count(diagnose, talk);
	if (!bad && !talk->hash.at) {
		model_talk_free(talk);
		return true;
	}
	if (bad)
		append(&diagnose->bad, &diagnose->last_bad, talk);
	else
		append(&diagnose->good, &diagnose->last_good, talk);
	on_the_way_keep(&diagnose->kept, talk, bad);
	diagnose->goods += !bad;
	if (!join(diagnose, talk))
		return false;
	if (diagnose->goods > ESTABLISHED_MOST)
		give_up_oldest(diagnose);
	return true;
}

struct diagnose *diagnose_new(void)
{
	struct diagnose *diagnose = calloc(1, sizeof(*diagnose));

	if (!diagnose)
		return NULL;
	diagnose->listener.ended = ended;
	diagnose->model = model_new();
	if (!diagnose->model) {
		free(diagnose);
		return NULL;
	}
	diagnose->model->listener = &diagnose->listener;
	return diagnose;
}

static void free_talks(struct model_talk *talk)
{
	for (struct model_talk *next; talk; talk = next) {
		next = talk->next;
		model_talk_free(talk);
	}
}

void diagnose_free(struct diagnose *diagnose)
{
	if (!diagnose)
		return;
	findings_free(&diagnose->findings);
	free_talks(diagnose->bad);
	free_talks(diagnose->good);
	model_list_free(&diagnose->sides, NULL);
	model_free(diagnose->model);
	free(diagnose);
}

int diagnose_learn(struct diagnose *diagnose, const struct tr_event *event)
{
	return model_learn(diagnose->model, event);
}

static struct finding *new_finding(const struct diagnose_case *c, const struct diagnosis *diagnosis,
				   const struct model_talk *talk)
{
	struct finding *finding = must_calloc(1, sizeof(*finding));

	finding->id = diagnosis->id;
	finding->name = diagnosis->name;
	finding->title = diagnosis->title;
	finding->init = c->init;
	finding->acc = c->acc;
	finding->program = c->program;
	finding->first = finding->last = talk ? talk->last : c->program->last;
	finding->count = 1;
	return finding;
}

/* Each check that looks in vain says why: it is told once. */
static void unseen(const struct diagnose_case *c, struct finding *finding)
{
	for (size_t i = 0; i < c->unseen.count && !finding->alone; i++)
		if (!list_has(&finding->unseen, c->unseen.items[i]))
			list_add(&finding->unseen, c->unseen.items[i]);
}

static bool did_not_fail(const struct model_talk *talk)
{
	return !talk->credential && talk->outcome != TR_OUTCOME_FAILED;
}

static void ask(struct diagnose *diagnose, struct diagnose_case *c, const struct model_talk *talk)
{
	for (const struct diagnosis *diagnosis = diagnoses; diagnosis->name; diagnosis++) {
		struct finding *finding;

		if ((!talk && !diagnosis_without(diagnosis)) ||
		    (talk && did_not_fail(talk) && !diagnosis_concerns(diagnosis, talk)))
			continue;
		finding = new_finding(c, diagnosis, talk);
		if (!diagnosis->check(c, finding)) {
			finding_free(finding);
			continue;
		}
		c->found++;
		unseen(c, finding);
		if (finding->cause)
			findings_add(&diagnose->findings, finding);
		else /* of what another case tells */
			finding_free(finding);
		if (diagnosis_settles(diagnosis))
			return;
	}
}

static bool is_bad(const struct model_talk *talk)
{
	return talk && talk->outcome == TR_OUTCOME_FAILED;
}

/* Was a credential for both uses lacking: by the call that asks for it, or within one that got another
 * mechanism's in its place, so that only the handshake fails? */
static bool lacks_both_uses(const struct model_talk *talk)
{
	const struct model_step *last = model_talk_last(talk);

	if (talk->credential)
		return !talk->role;
	if (talk->role != TR_ROLE_ACCEPTOR || !last || (last->major >> 16 & 0xff) != NO_CRED)
		return false;
	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (step->failed && step->usage == BOTH_USES && step != last &&
		    step->call != TR_gss_accept_sec_context)
			return true;
	return false;
}

/* Asks about these two sides; found: what was before. Returns how many are found then. */
static unsigned ask_about(struct diagnose *diagnose, const struct model_talk *talk,
			  const struct model_talk *init, const struct model_talk *acc, unsigned found)
{
	const struct sides *sides = sides_of(diagnose, talk, false);
	struct diagnose_case c;

	case_begin(&c, init, acc);
	c.found = found;
	c.model = diagnose->model;
	if (acc && !acc->follows && sides && sides->acc != acc &&
	    sides->acc->outcome == TR_OUTCOME_ESTABLISHED)
		c.before = sides->acc;
	c.others[0] = diagnose->bad;
	c.others[1] = diagnose->good;
	c.compared = &diagnose->compared;
	c.kept = &diagnose->kept;
	ask(diagnose, &c, talk);
	found = c.found;
	case_end(&c);
	return found;
}

static void examine(struct diagnose *diagnose, const struct model_talk *talk)
{
	const struct sides *sides = sides_of(diagnose, talk, false);
	const struct model_talk *init = sides ? sides->init : NULL, *acc = sides ? sides->acc : NULL;
	bool both = lacks_both_uses(talk);

	if (talk->role == TR_ROLE_ACCEPTOR || both)
		acc = talk;
	else
		init = talk;
	/* Where both failed, it is told once: with the one that ended first. */
	if (is_bad(init) && is_bad(acc) && talk != (acc->last <= init->last ? acc : init))
		return;
	/* What it lacks of a credential for both uses may be an initiator's ticket, or an acceptor's key.
	 * What is told where nothing else was found waits for the latter. */
	if (both && ask_about(diagnose, talk, talk, NULL, 1) > 1)
		return;
	ask_about(diagnose, talk, init, acc, 0);
}

static void ask_without(struct diagnose *diagnose, struct diagnose_case *c)
{
	c->model = diagnose->model;
	c->compared = &diagnose->compared;
	c->kept = &diagnose->kept;
	ask(diagnose, c, NULL);
}

/* A program that was executed and left no trace of its own. */
static void examine_executed(void *at, void *context)
{
	const struct model_gap *gap = at;
	const struct executed *executed = context;
	struct diagnose_case c;

	if (gap->kind != MODEL_GAP_EXEC)
		return;
	case_begin(&c, NULL, NULL);
	c.executed = &gap->about;
	c.program = executed->program;
	c.here = local_program(executed->diagnose->model, c.program);
	ask_without(executed->diagnose, &c);
	case_end(&c);
}

static void examine_program(void *at, void *context)
{
	struct executed executed = {context, at};

	model_each(&((struct model_program *)at)->gaps, examine_executed, &executed);
}

static void examine_process(void *at, void *context)
{
	const struct model_process *process = at;
	struct diagnose_case c;

	if (!process->zmq || !process->program)
		return;
	case_begin(&c, NULL, NULL);
	c.program = process->program;
	c.process = process;
	c.here = local_process(process);
	ask_without(context, &c);
	case_end(&c);
}

static struct model_talk *next_bad(const struct diagnose *diagnose)
{
	return diagnose->examined ? diagnose->examined->next : diagnose->bad;
}

const struct findings *diagnose_due(struct diagnose *diagnose, uint64_t now)
{
	for (struct model_talk *talk = next_bad(diagnose); talk; talk = next_bad(diagnose)) {
		const struct sides *sides = sides_of(diagnose, talk, false);

		if (!(sides && sides->init && sides->acc) && !talk->credential &&
		    now < talk->last + OTHER_END)
			break;
		examine(diagnose, talk);
		diagnose->examined = talk;
	}
	return &diagnose->findings;
}

/* Of that acceptor, if it was seen, it is known. */
static void look_for_left(struct diagnose *diagnose, const struct model_talk *first)
{
	const struct model_talk *earliest = NULL;

	for (const struct model_talk *talk = first; talk; talk = talk->next) {
		const struct sides *sides = diagnose_is_left(talk) ? sides_of(diagnose, talk, false) : NULL;

		if (sides && !sides->ends.seen[MODEL_ACCEPTOR] && (!earliest || talk->last < earliest->last))
			earliest = talk;
	}
	if (earliest)
		diagnose_left(&diagnose->counts, earliest);
}

const struct findings *diagnose_findings(struct diagnose *diagnose)
{
	if (model_settle(diagnose->model))
		return NULL;
	look_for_left(diagnose, diagnose->good);
	if (!diagnose->counts.left)
		look_for_left(diagnose, diagnose->bad);
	diagnose_due(diagnose, UINT64_MAX);
	model_each(&diagnose->model->programs, examine_program, diagnose);
	model_each(&diagnose->model->processes, examine_process, diagnose);
	return &diagnose->findings;
}

const struct diagnose_counts *diagnose_counts(const struct diagnose *diagnose)
{
	return &diagnose->counts;
}
