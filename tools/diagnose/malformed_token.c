/* SPDX-License-Identifier: MIT */
/*
 * GT0023. The library says "Success" of a token that was cut, and "Unknown error" of one that is still
 * base64: the bytes say what became of them, and a frame says how many there were. Where the initiator's
 * trace was given, what it made is compared.
 */
#include "tools/diagnose/armour.h"
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"
#include "tools/token/der.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum damage { NONE, CUT, LONGER, HEADER, BASE64, BASE64_TWICE, UNKNOWN };

struct damaged {
	enum damage how;
	uint64_t says, came; /* bytes, of a frame */
	char *header;	     /* its word */
	struct armour sent;  /* what was made of the bytes; at NULL: they are it */
};

static bool is_frame(const uint8_t *at, size_t length)
{
	return length && (*at == 0x60 || *at == 0xa0 || *at == 0xa1);
}

static void by_frame(struct damaged *damaged, struct tr_bytes bytes)
{
	struct der frame;

	damaged->came = bytes.length;
	if (bytes.length < 2 || !der_peek(bytes, &frame)) {
		damaged->how = CUT;
		return;
	}
	damaged->says = (uint64_t)(frame.body.at - bytes.at) + frame.length;
	if (damaged->says != damaged->came)
		damaged->how = damaged->says > damaged->came ? CUT : LONGER;
}

static bool is_token(const struct armour *armour)
{
	return is_frame(armour->at, armour->length) ||
	       (armour->length > 7 && !memcmp(armour->at, "NTLMSSP", 7));
}

static void by_text(struct damaged *damaged, const char *text, size_t length)
{
	struct armour twice;

	if (!armour_undo(text, length, &damaged->sent)) {
		damaged->how = UNKNOWN;
		return;
	}
	damaged->how = damaged->header ? HEADER : BASE64;
	if (is_token(&damaged->sent))
		return;
	if (armour_undo((char *)damaged->sent.at, damaged->sent.length, &twice)) {
		free(damaged->sent.at);
		damaged->sent = twice;
		damaged->how = BASE64_TWICE;
	}
	if (!is_token(&damaged->sent))
		damaged->how = UNKNOWN;
}

static void look(struct damaged *damaged, struct tr_bytes bytes)
{
	static const char *const words[] = {"Negotiate ", "Authorization: Negotiate ",
					    "WWW-Authenticate: Negotiate ", "GSSAPI "};
	const char *text = (const char *)bytes.at;

	if (is_frame(bytes.at, bytes.length)) {
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

/* The first call of the handshake itself that failed. */
static const struct model_step *failing(const struct model_talk *talk)
{
	for (const struct model_step *step = talk ? talk->steps.first : NULL; step; step = step->next)
		if (step->call == TR_gss_accept_sec_context && !step->depth && step->failed)
			return step;
	return NULL;
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
			finding_cause(finding, "%s was given the first byte of a token", program);
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
	case BASE64_TWICE:
		finding_remedy(finding, "base64 is made once too often by who sends it: once is for HTTP");
		return;
	default:
		finding_remedy(finding,
			       "see that both programs speak the same protocol, and that what carries "
			       "the token changes none of it");
	}
}

static void sender(struct diagnose_case *c, struct finding *finding, const struct damaged *damaged,
		   struct tr_bytes came)
{
	struct tr_bytes is =
		damaged->sent.at ? (struct tr_bytes){damaged->sent.at, damaged->sent.length} : came;
	const struct model_talk *talk;
	uint64_t length;

	/* A few bytes are the beginning of any token. */
	if (is.length < 64)
		return;
	talk = case_sender(c, is, &length);
	if (talk)
		finding_evidence(finding, "%s made a token of %ju bytes that %s", case_program(c, talk),
				 (uintmax_t)length,
				 damaged->how == CUT ? "begins with these" : "is the same but for that");
	else
		elf_list_add(&finding->unseen, "what was sent: no trace of it was given");
}

bool diagnose_malformed_token(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = case_failed(c) == c->acc ? failing(c->acc) : NULL;
	struct damaged damaged = {.how = NONE};
	struct tr_bytes bytes;

	/* An empty token is none: it asks for what SPNEGO would offer. */
	if (!step || !step->in.length || step->in.bytes.length != step->in.length)
		return false; /* not all of it is in the trace */
	bytes = (struct tr_bytes){(const uint8_t *)step->in.bytes.at, step->in.bytes.length};
	look(&damaged, bytes);
	/* What a mechanism of its own makes need not look like any of these. */
	if (damaged.how == NONE || (damaged.how == UNKNOWN && c->ap_req)) {
		free(damaged.sent.at);
		return false;
	}
	cause(c, finding, &damaged);
	finding_evidence(finding, "%s", case_said(c, c->acc, step));
	sender(c, finding, &damaged, bytes);
	remedy(finding, &damaged);
	free(damaged.sent.at);
	free(damaged.header);
	return true;
}
