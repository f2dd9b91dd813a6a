/* SPDX-License-Identifier: MIT */
/*
 * GT0023. The library says "Success" of a token that was cut, "Unknown error" of one that is still base64,
 * and that a key is wrong where one byte is another: the bytes say what became of them, and a frame says how
 * many there were. Where the initiator's trace was given, what it made is compared. What else could be said
 * of such a token is not the cause, so this is asked before.
 */
#include "tools/diagnose/armour.h"
#include "tools/diagnose/checks.h"
#include "tools/diagnose/on_the_way.h"
#include "tools/token/der.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char NTLM[] = "NTLMSSP"; /* and the NUL: it has no frame, and tells no length */

#define FRAME_MOST 6 /* bytes of a tag and a length */

enum damage {
	NONE,
	CUT,
	LONGER,
	HEADER,
	BASE64,
	BASE64_TWICE,
	UNKNOWN,
	/* Known only by what was made. */
	PIECE,
	BEFORE,
	LINE_ENDS,
	CHANGED,
};

struct damaged {
	enum damage how;
	uint64_t says, came; /* bytes, of a frame */
	char *header;	     /* its word */
	struct armour sent;  /* what was made of the bytes; at NULL: they are it */
	bool compared;	     /* with what was made */
	struct on_the_way way;
};

/* As libgssapi: RFC 2743, section 3.1, what SPNEGO continues with, and an AP-REQ without a frame. */
static bool is_frame(const uint8_t *at, size_t length)
{
	return length && (*at == 0x60 || *at == 0xa0 || *at == 0xa1 || *at == 0x6e);
}

static bool is_token(const uint8_t *at, size_t length)
{
	return is_frame(at, length) || (length >= sizeof(NTLM) && !memcmp(at, NTLM, sizeof(NTLM)));
}

static void by_frame(struct damaged *damaged, struct tr_bytes bytes)
{
	struct der frame;

	damaged->came = bytes.length;
	if (bytes.length < 2 || !der_peek(bytes, &frame)) {
		/* Of a length that nothing can have it is not the beginning. */
		damaged->how = bytes.length < FRAME_MOST ? CUT : UNKNOWN;
		return;
	}
	damaged->says = (uint64_t)(frame.body.at - bytes.at) + frame.length;
	if (damaged->says != damaged->came)
		damaged->how = damaged->says > damaged->came ? CUT : LONGER;
}

static void by_text(struct damaged *damaged, const char *text, size_t length)
{
	struct armour twice;

	if (!armour_undo(text, length, &damaged->sent)) {
		damaged->how = UNKNOWN;
		return;
	}
	damaged->how = damaged->header ? HEADER : BASE64;
	if (is_token(damaged->sent.at, damaged->sent.length))
		return;
	if (armour_undo((char *)damaged->sent.at, damaged->sent.length, &twice)) {
		free(damaged->sent.at);
		damaged->sent = twice;
		damaged->how = BASE64_TWICE;
	}
	if (!is_token(damaged->sent.at, damaged->sent.length))
		damaged->how = UNKNOWN;
}

static void look(struct damaged *damaged, struct tr_bytes bytes)
{
	static const char *const words[] = {
		"Negotiate ", "Authorization: Negotiate ", "WWW-Authenticate: Negotiate ",
		"NTLM ",      "Authorization: NTLM ",	   "WWW-Authenticate: NTLM ",
		"GSSAPI "};
	const char *text = (const char *)bytes.at;

	if (is_token(bytes.at, bytes.length)) {
		if (is_frame(bytes.at, bytes.length))
			by_frame(damaged, bytes);
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i]);

		if (bytes.length <= length || strncasecmp(text, words[i], length))
			continue;
		damaged->header = elf_format("%.*s", (int)length - 1, words[i]);
		by_text(damaged, text + length, bytes.length - length);
		damaged->how = HEADER;
		return;
	}
	by_text(damaged, text, bytes.length);
}

/* What was made tells more than what came says of itself. */
static void by_way(struct damaged *damaged)
{
	const struct on_the_way *way = &damaged->way;
	bool whole = damaged->how == NONE; /* a token in its own right, such as that within SPNEGO's */

	switch (damaged->sent.at ? ON_THE_WAY_SAME : way->how) {
	case ON_THE_WAY_SAME:
		return;
	case ON_THE_WAY_PART:
		damaged->how = whole ? NONE : way->from ? PIECE : CUT;
		damaged->came = way->came;
		damaged->says = way->made;
		return;
	case ON_THE_WAY_MORE:
		damaged->how = whole ? NONE : way->from ? BEFORE : LONGER;
		damaged->came = way->came;
		damaged->says = way->made;
		return;
	case ON_THE_WAY_LINE_ENDS:
		damaged->how = LINE_ENDS;
		return;
	case ON_THE_WAY_CHANGED:
		damaged->how = CHANGED;
	}
}

static void cause(struct diagnose_case *c, struct finding *finding, const struct damaged *damaged)
{
	const char *program = case_name(c, c->acc);

	switch (damaged->how) {
	case CUT:
		if (damaged->says)
			finding_cause(finding, "%s was given %ju of the %ju bytes of a token", program,
				      (uintmax_t)damaged->came, (uintmax_t)damaged->says);
		else
			finding_cause(finding, "%s was given %ju byte%s of the beginning of a token", program,
				      (uintmax_t)damaged->came, damaged->came == 1 ? "" : "s");
		return;
	case LONGER:
		finding_cause(finding, "%s was given a token of %ju bytes with %ju more behind it", program,
			      (uintmax_t)damaged->says, (uintmax_t)(damaged->came - damaged->says));
		return;
	case HEADER:
		finding_cause(finding, "%s was given a header's text, \"%s\" and base64, not a token",
			      program, damaged->header);
		return;
	case BASE64:
		finding_cause(finding, "%s was given a token in base64", program);
		return;
	case BASE64_TWICE:
		finding_cause(finding, "%s was given a token in base64 that is itself in base64", program);
		return;
	case PIECE:
		finding_cause(finding,
			      "%s was given a piece of a token of %ju bytes: %ju bytes from byte %ju on",
			      program, (uintmax_t)damaged->says, (uintmax_t)damaged->came,
			      (uintmax_t)damaged->way.from);
		return;
	case BEFORE:
		finding_cause(finding, "%s was given a token of %ju bytes with %ju others before it", program,
			      (uintmax_t)damaged->says, (uintmax_t)damaged->way.from);
		return;
	case LINE_ENDS:
		finding_cause(finding, "%s was given a token whose line ends were changed", program);
		return;
	case CHANGED:
		finding_cause(finding, "%s was given a token that is not as %s made it", program,
			      case_name(c, damaged->way.talk));
		return;
	default:
		finding_cause(finding, "%s was given bytes that begin no token", program);
	}
}

static void remedy(struct finding *finding, const struct damaged *damaged)
{
	switch (damaged->how) {
	case CUT:
		finding_remedy(finding,
			       "see what carries it: a read that returns less than was sent, or a limit "
			       "of headers (nginx: large_client_header_buffers 4 64k; Apache: "
			       "LimitRequestFieldSize 65536); tickets of members of many groups are long");
		return;
	case LONGER:
		finding_remedy(finding,
			       "give gss_accept_sec_context the token alone, by its length, without what "
			       "follows it in the protocol, such as a line's end");
		return;
	case HEADER:
		finding_remedy(finding, "take the text before the base64 away, and undo the base64, before "
					"gss_accept_sec_context");
		return;
	case BASE64:
		finding_remedy(finding, "undo the base64 before gss_accept_sec_context");
		return;
	case PIECE:
		finding_remedy(finding,
			       "gather all bytes of a token before gss_accept_sec_context: what carries it "
			       "may bring them in several parts");
		return;
	case BEFORE:
		finding_remedy(finding,
			       "give gss_accept_sec_context the token alone, without what stands before it "
			       "in the protocol, such as its length");
		return;
	case LINE_ENDS:
		finding_remedy(finding,
			       "carry the token as bytes, not as text (files: \"wb\" and \"rb\"), or in "
			       "base64");
		return;
	case BASE64_TWICE:
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
			elf_list_add(&finding->unseen,
				     on_the_way_given_up(c)
					     ? "what was sent: there are too many tokens to compare"
					     : "what was sent: no trace that was given has it");
		return;
	}
	switch (damaged->how) {
	case CUT:
		finding_evidence(finding, "%s made a token of %ju bytes that begins with these", program,
				 (uintmax_t)way->made);
		return;
	case PIECE:
		finding_evidence(finding, "%s made a token of %ju bytes that has these in it", program,
				 (uintmax_t)way->made);
		return;
	case LINE_ENDS:
		finding_evidence(
			finding,
			"%s made a token of %ju bytes; what came is the same with CR LF for LF, or LF for "
			"CR LF",
			program, (uintmax_t)way->made);
		return;
	case CHANGED:
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

bool diagnose_malformed_token(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step =
		c->acc && case_failed(c) == c->acc ? on_the_way_failing(c->acc) : NULL;
	struct damaged damaged = {.how = NONE};
	struct tr_bytes bytes;
	bool found;

	if (!step) /* of an initiator that got an error back, who was given its token tells */
		return !c->acc && case_failed(c) && on_the_way_to(c, &damaged.way);
	bytes = (struct tr_bytes){(const uint8_t *)step->in.bytes.at, step->in.bytes.length};
	look(&damaged, bytes);
	if (damaged.sent.at)
		bytes = (struct tr_bytes){damaged.sent.at, damaged.sent.length};
	/* Where both sides have one first token, it is as it was made. */
	damaged.compared = !c->init && on_the_way_from(c, bytes, &damaged.way);
	if (damaged.compared)
		by_way(&damaged);
	/* What a mechanism of its own makes need not look like any of these. */
	found = damaged.how != NONE && !(damaged.how == UNKNOWN && c->ap_req);
	if (found) {
		cause(c, finding, &damaged);
		finding_evidence(finding, "%s", case_said(c, c->acc, step));
		compared(c, finding, &damaged, bytes);
		remedy(finding, &damaged);
	}
	free(damaged.sent.at);
	free(damaged.header);
	return found;
}
