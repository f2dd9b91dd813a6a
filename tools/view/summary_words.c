/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a summary for people are worded with: names, counts, times and reasons. Texts of the
 * traces are escaped as in every other output.
 */
#include "tools/view/summary_words.h"

#include "tools/names/names.h"

enum { MUTUAL = 2, CONFIDENTIALITY = 16 }; /* GSS_C_MUTUAL_FLAG, GSS_C_CONF_FLAG */

void say_words(struct out *out, struct model_text text)
{
	out_words(out, (const uint8_t *)text.at, text.length);
}

void say_words_or(struct out *out, struct model_text text, const char *otherwise)
{
	if (text.at)
		say_words(out, text);
	else
		out_str(out, otherwise);
}

void say_state(struct out *out, enum model_state state)
{
	static const char *const colours[] = {RED,    RED,    YELLOW, YELLOW, YELLOW,
					      YELLOW, YELLOW, GREEN,  FAINT,  FAINT};

	out_paint(out, colours[state]);
	out_str(out, state == MODEL_STATE_CURVE	       ? "CURVE set, keys not observed"
		     : state == MODEL_STATE_UNOBSERVED ? "not observed"
						       : model_state_name(state));
	out_paint(out, PLAIN);
}

void say_plural(struct out *out, uint64_t count, const char *what)
{
	out_unsigned(out, count);
	out_char(out, ' ');
	out_str(out, what);
	if (count != 1)
		out_char(out, 's');
}

void say_program(struct out *out, const struct model_program *program)
{
	say_words_or(out, program->name.at ? program->name : program->exe, "an unknown program");
	if (program->script.at) {
		out_str(out, " (");
		say_words(out, program->script);
		out_char(out, ')');
	}
	if (program->host.at) {
		out_str(out, " on ");
		say_words(out, program->host);
	}
}

void say_peer(struct out *out, const struct model_peer *peer)
{
	say_words_or(out, peer->principal.at ? peer->principal : peer->address, "an unknown peer");
	if (peer->principal.at && peer->address.at) {
		out_str(out, peer->endpoint->role == TR_ROLE_CLIENT ? " at " : " from ");
		say_words(out, peer->address);
	}
}

static void say_some(struct out *out, uint64_t count, const char *what)
{
	if (!count)
		return;
	out_str(out, ", ");
	out_unsigned(out, count);
	out_str(out, what);
}

/* "3 handshakes by aes256-cts-hmac-sha1-96 (mutual, confidentiality), 1 with a delegated credential": what
 * was granted is the last one's, where that is known. */
static void say_handshakes(struct out *out, const struct model_tally *tally)
{
	const char *enctype = tally->enctype ? name_of(TR_TYPE_ENCTYPE, tally->enctype) : NULL;
	uint32_t flags = tally->terms.flags;

	say_plural(out, tally->count[MODEL_ESTABLISHED], "handshake");
	if (tally->enctype)
		out_str(out, enctype ? " by " : " by enctype ");
	if (enctype)
		out_str(out, enctype);
	else if (tally->enctype)
		out_unsigned(out, tally->enctype);
	if (flags) {
		out_str(out, flags & MUTUAL ? " (mutual, " : " (not mutual, ");
		out_str(out, flags & CONFIDENTIALITY ? "confidentiality)" : "no confidentiality)");
	}
	say_some(out, tally->delegated, " with a delegated credential");
	say_some(out, tally->bound, " with channel bindings");
}

/* "2 unsecured, 1 open, 3 handshakes ..., 4 failed" */
static void say_counts(struct out *out, const struct model_tally *tally)
{
	static const struct {
		enum model_fact fact;
		const char *word;
	} others[] = {{MODEL_FAILED, " failed"}, {MODEL_REFUSED, " refused"}, {MODEL_ABANDONED, " given up"}};
	bool more = false;

	if (tally->count[MODEL_UNSECURED]) {
		out_unsigned(out, tally->count[MODEL_UNSECURED]);
		out_str(out, " unsecured (open ");
		out_unsigned(out, tally->open);
		out_char(out, ')');
		more = true;
	}
	if (tally->count[MODEL_ESTABLISHED]) {
		out_str(out, more ? ", " : "");
		say_handshakes(out, tally);
		more = true;
	}
	if (tally->unproven) {
		out_str(out, " (");
		out_unsigned(out, tally->unproven);
		out_str(out, " given up by the initiator before it saw the acceptor's proof)");
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (tally->count[others[i].fact]) {
			out_str(out, more ? ", " : "");
			out_unsigned(out, tally->count[others[i].fact]);
			out_str(out, others[i].word);
			more = true;
		}
	if (tally->clear) {
		out_str(out, more ? ", " : "");
		say_plural(out, tally->clear, "message");
		out_str(out, " unencrypted");
		more = true;
	}
	if (!more)
		out_str(out, "no connection seen");
}

void say_span(struct out *out, uint64_t first, uint64_t last)
{
	out_str(out, "; ");
	out_str(out, out_stamp(out, first));
	if (first / 1000000000 != last / 1000000000) {
		out_str(out, " to ");
		out_str(out, out_stamp(out, last));
	}
}

/* Why: what this process knows itself comes before what it supposes of its peer. */
void say_reason(struct out *out, const struct model_program *program, const struct model_tally *tally,
		enum model_state state)
{
	struct model_text why = model_reason(tally, state);

	if (!why.at)
		return;
	out_str(out, ": ");
	if (program->credentials.at && state == MODEL_STATE_FAILING &&
	    !model_text_same(program->credentials, why)) {
		out_str(out, "this program has no credentials: ");
		say_words(out, program->credentials);
		out_str(out, "; ");
	}
	say_words(out, why);
}

void say_standing(struct out *out, const struct model_program *program, const struct model_tally *tally,
		  enum model_state state, struct model_text last_from)
{
	say_counts(out, tally);
	if (last_from.at) {
		out_str(out, ", the last from ");
		say_words(out, last_from);
	}
	say_span(out, tally->first, tally->last);
	say_reason(out, program, tally, state);
	out_char(out, '\n');
}

void say_times(struct out *out, uint64_t first, uint64_t last, struct model_text reason)
{
	say_span(out, first, last);
	if (reason.at) {
		out_str(out, ": ");
		say_words(out, reason);
	}
	out_char(out, '\n');
}
