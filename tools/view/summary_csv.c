/* SPDX-License-Identifier: MIT */
/*
 * Who authenticated to whom as comma-separated values (RFC 4180), for a spreadsheet: a cell that would be a
 * formula there gets an apostrophe before it, since names come from peers.
 */
#include "tools/base/safe.h"
#include "tools/names/names.h"
#include "tools/view/party.h"
#include "tools/view/summary.h"

#include <stdlib.h>
#include <string.h>

enum { MUTUAL = 2, CONFIDENTIALITY = 16 }; /* GSS_C_MUTUAL_FLAG, GSS_C_CONF_FLAG */

static void cell(struct out *out, const char *text)
{
	out_char(out, '"');
	if (*text && strchr("=+-@", *text))
		out_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			out_char(out, '"');
		out_char(out, *text);
	}
	out_char(out, '"');
}

static void text(struct out *out, struct model_text value)
{
	char *harmless = value.at ? safe_text(value.at, value.length) : NULL;

	cell(out, harmless ? harmless : "");
	free(harmless);
	out_char(out, ',');
}

static void word(struct out *out, const char *text)
{
	out_str(out, text ? text : "");
	out_char(out, ',');
}

static void number(struct out *out, uint64_t value)
{
	out_unsigned(out, value);
	out_char(out, ',');
}

static void last_number(struct out *out, uint64_t value)
{
	out_unsigned(out, value);
	out_str(out, "\r\n");
}

static void when(struct out *out, uint64_t ns)
{
	if (ns)
		out_time_full(out, ns);
	out_char(out, ',');
}

static void enctype(struct out *out, uint32_t value)
{
	const char *name = value ? name_of(TR_TYPE_ENCTYPE, value) : NULL;

	if (name)
		out_str(out, name);
	else if (value)
		out_unsigned(out, value);
	out_char(out, ',');
}

static void answer(struct out *out, bool known, bool yes)
{
	out_str(out, !known ? "," : yes ? "yes," : "no,");
}

static void line(const struct party *party, void *context)
{
	const struct model_tally *tally = party->tally;
	const struct model_terms *terms = &tally->terms;
	struct out *out = context;

	text(out, party->initiator);
	text(out, party->acceptor);
	word(out, model_state_name(party->state));
	word(out, party->role ? name_of(TR_TYPE_ROLE, party->role) : NULL);
	text(out, party->mech);
	text(out, party->program->name);
	text(out, party->program->host);
	text(out, party->endpoint);
	text(out, party->address);
	number(out, tally->count[MODEL_ESTABLISHED]);
	number(out, tally->count[MODEL_FAILED]);
	number(out, tally->count[MODEL_REFUSED]);
	enctype(out, terms->ticket_enctype);
	enctype(out, tally->enctype);
	answer(out, terms->ticket_enctype || tally->enctype,
	       name_enctype_weak(terms->ticket_enctype) || name_enctype_weak(tally->enctype));
	if (terms->kvno)
		out_unsigned(out, terms->kvno);
	out_char(out, ',');
	answer(out, terms->flags, terms->flags & MUTUAL);
	answer(out, terms->flags, terms->flags & CONFIDENTIALITY);
	number(out, tally->delegated);
	number(out, tally->bound);
	number(out, tally->wrapped);
	number(out, tally->unwrapped);
	number(out, tally->clear);
	when(out, terms->ticket_end * 1000000000);
	when(out, tally->first);
	when(out, tally->last);
	text(out, model_reason(tally, party->state));
	last_number(out, tally->unproven);
}

void summary_csv(struct out *out, struct model *model, uint64_t damaged)
{
	(void)damaged; /* is told on stderr */
	out_str(out,
		"initiator,acceptor,state,role,mech,program,host,endpoint,address,established,failed,refused,"
		"ticket_enctype,session_enctype,weak,kvno,mutual,confidentiality,delegated,channel_bound,"
		"wrapped,unwrapped,unencrypted,ticket_end,first,last,reason,unproven\r\n");
	party_each(model, line, out);
}
