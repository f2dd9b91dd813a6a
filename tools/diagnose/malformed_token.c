/* SPDX-License-Identifier: MIT */
/*
 * GT0023. The library says "Success" of a token that was cut, "Unknown error" of one that is still base64,
 * and that a key is wrong where one byte is another: the bytes say what became of them, and a frame says how
 * many there were. Where the other end's trace was given, what it made is compared. What else could be said
 * of such a token is not the cause, so this is asked before.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/damage.h"

static void cause(struct diagnose_case *c, struct finding *finding, const struct damaged *damaged)
{
	const struct model_talk *failed = case_failed(c), *maker = damaged->way.talk;
	const char *program = case_name_beside(c, failed, maker);

	switch (damaged->how) {
	case DAMAGE_CUT:
		if (damaged->says)
			finding_cause(finding, "%s was given %ju of the %ju bytes of a token", program,
				      (uintmax_t)damaged->came, (uintmax_t)damaged->says);
		else
			finding_cause(finding, "%s was given %ju byte%s of the beginning of a token", program,
				      (uintmax_t)damaged->came, damaged->came == 1 ? "" : "s");
		return;
	case DAMAGE_LONGER:
		finding_cause(finding, "%s was given a token of %ju bytes with %ju more behind it", program,
			      (uintmax_t)damaged->says, (uintmax_t)(damaged->came - damaged->says));
		return;
	case DAMAGE_HEADER:
		finding_cause(finding, "%s was given a header's text, \"%s\" and base64, not a token",
			      program, damaged->header);
		return;
	case DAMAGE_BASE64:
		finding_cause(finding, "%s was given a token in base64", program);
		return;
	case DAMAGE_BASE64_TWICE:
		finding_cause(finding, "%s was given a token in base64 that is itself in base64", program);
		return;
	case DAMAGE_PIECE:
		finding_cause(finding,
			      "%s was given a piece of a token of %ju bytes: %ju bytes from byte %ju on",
			      program, (uintmax_t)damaged->says, (uintmax_t)damaged->came,
			      (uintmax_t)damaged->way.from);
		return;
	case DAMAGE_BEFORE:
		finding_cause(finding, "%s was given a token of %ju bytes with %ju others before it", program,
			      (uintmax_t)damaged->says, (uintmax_t)damaged->before);
		return;
	case DAMAGE_LINE_ENDS:
		finding_cause(finding, "%s was given a token whose line ends were changed", program);
		return;
	case DAMAGE_CHANGED:
		finding_cause(finding, "%s was given a token that is not as %s made it", program,
			      case_name_beside(c, maker, failed));
		return;
	default:
		finding_cause(finding, "%s was given bytes that begin no token", program);
	}
}

static void remedy(struct finding *finding, enum damage how, const struct model_step *step)
{
	const char *call = tr_call_name(step->call);

	switch (how) {
	case DAMAGE_CUT:
		finding_remedy(
			finding,
			"see what carries it: a read that returns less than was sent, or a limit of "
			"headers%s",
			step->call == TR_gss_accept_sec_context
				? " (nginx: large_client_header_buffers 4 64k; Apache: LimitRequestFieldSize "
				  "65536); tickets of members of many groups are long"
				: "");
		return;
	case DAMAGE_LONGER:
		finding_remedy(finding,
			       "give %s the token alone, by its length, without what follows it in the "
			       "protocol, such as "
			       "a line's end",
			       call);
		return;
	case DAMAGE_HEADER:
		finding_remedy(finding,
			       "take the text before the base64 away, and undo the base64, before %s", call);
		return;
	case DAMAGE_BASE64:
		finding_remedy(finding, "undo the base64 before %s", call);
		return;
	case DAMAGE_PIECE:
		finding_remedy(finding,
			       "gather all bytes of a token before %s: what carries it may bring them in "
			       "several parts",
			       call);
		return;
	case DAMAGE_BEFORE:
		finding_remedy(
			finding,
			"give %s the token alone, without what stands before it in the protocol, such as its "
			"length",
			call);
		return;
	case DAMAGE_LINE_ENDS:
		finding_remedy(finding,
			       "carry the token as bytes, not as text (files: \"wb\" and \"rb\"), or in "
			       "base64");
		return;
	case DAMAGE_BASE64_TWICE:
		finding_remedy(finding, "base64 is made once too often by who sends it: once is for HTTP");
		return;
	default:
		finding_remedy(finding,
			       "see that both programs speak the same protocol, and that what carries "
			       "the token changes none of it");
	}
}

static void compared(struct diagnose_case *c, struct finding *finding, const struct damaged *damaged,
		     struct tr_bytes bytes)
{
	const struct on_the_way *way = &damaged->way;
	const char *program = damaged->compared ? case_program(c, way->talk) : NULL;

	if (!program) {
		if (bytes.length >= ON_THE_WAY_TELLING)
			list_add(&finding->unseen,
				 on_the_way_given_up(c)
					 ? "what was sent: there are too many tokens to compare"
					 : "what was sent: no trace that was given has it");
		return;
	}
	switch (damaged->within ? damaged->within : damaged->how) {
	case DAMAGE_CUT:
		finding_evidence(finding, "%s made a token of %ju bytes that begins with these", program,
				 (uintmax_t)way->made);
		return;
	case DAMAGE_PIECE:
		finding_evidence(finding, "%s made a token of %ju bytes that has these in it", program,
				 (uintmax_t)way->made);
		return;
	case DAMAGE_LINE_ENDS:
		finding_evidence(
			finding,
			"%s made a token of %ju bytes; what came is the same with CR LF for LF, or LF for "
			"CR LF",
			program, (uintmax_t)way->made);
		return;
	case DAMAGE_CHANGED:
		if (way->differ)
			finding_evidence(
				finding,
				"%s made a token of %ju bytes; of what came %ju %s, from byte %ju on",
				program, (uintmax_t)way->made, (uintmax_t)way->differ,
				way->differ == 1 ? "byte is another" : "bytes are others",
				(uintmax_t)way->from);
		else
			finding_evidence(
				finding,
				"%s made a token of %ju bytes; %ju came, and between bytes %ju and %ju of "
				"it they are others",
				program, (uintmax_t)way->made, (uintmax_t)way->came, (uintmax_t)way->from,
				(uintmax_t)way->to);
		return;
	default:
		finding_evidence(finding, "%s made a token of %ju bytes that is the same but for that",
				 program, (uintmax_t)way->made);
	}
}

/* The first token of an acceptor whose initiator made it is known to be as it was made: by that they were
 * joined. */
static bool is_as_made(const struct diagnose_case *c, const struct model_step *step)
{
	return step->call == TR_gss_accept_sec_context && c->init && step == on_the_way_first(c->acc);
}

/* What a mechanism of its own makes need not begin as those that are known do, and later tokens of none. */
static bool is_damaged(const struct diagnose_case *c, const struct damaged *damaged,
		       const struct model_step *step)
{
	if (damaged->how != DAMAGE_UNKNOWN && (damaged->how != DAMAGE_BEFORE || damaged->compared))
		return damaged->how != DAMAGE_NONE;
	return !c->ap_req && step->call == TR_gss_accept_sec_context;
}

bool diagnose_malformed_token(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *talk = case_failed(c);
	const struct model_step *step = on_the_way_failing(talk);
	struct damaged damaged = {0};
	struct tr_bytes bytes;
	bool found;

	/* Of an initiator that got an error back, who was given its token tells. */
	if (talk && talk == c->init && !c->acc && on_the_way_to(c, &damaged.way))
		return true;
	if (!step || is_as_made(c, step))
		return false;
	bytes = (struct tr_bytes){(const uint8_t *)step->in.bytes.at, step->in.bytes.length};
	damage_look(&damaged, bytes);
	if (damaged.sent.at)
		bytes = (struct tr_bytes){damaged.sent.at, damaged.sent.length};
	damaged.compared = on_the_way_from(c, bytes, step->call, &damaged.way);
	if (damaged.compared)
		damage_compared(&damaged);
	found = is_damaged(c, &damaged, step);
	if (found) {
		cause(c, finding, &damaged);
		finding_evidence(finding, "%s", case_said(c, talk, step));
		if (damaged.within == DAMAGE_CUT)
			finding_evidence(finding, "it stands for %ju of the %ju bytes of a token",
					 (uintmax_t)damaged.came, (uintmax_t)damaged.says);
		compared(c, finding, &damaged, bytes);
		remedy(finding, damaged.how, step);
		if (damaged.within)
			remedy(finding, damaged.within, step);
	}
	damage_free(&damaged);
	return found;
}
