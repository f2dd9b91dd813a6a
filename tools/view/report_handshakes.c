/* SPDX-License-Identifier: MIT */
/*
 * Every handshake as a row of a table, and below it both sides step by step for those that went wrong first,
 * as far as a page can hold them.
 */
#include "tools/names/names.h"
#include "tools/view/html.h"
#include "tools/view/report.h"
#include "tools/view/timeline.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MOST 10000
#define DIAGRAMS_MOST 200 /* established ones; of the others, five times as many */

static const struct model_talk *either(const struct exchange *exchange)
{
	const struct model_talk *acceptor = exchange->sides[EXCHANGE_ACCEPTOR].talk;

	return acceptor ? acceptor : exchange->sides[EXCHANGE_INITIATOR].talk;
}

static struct model_text first_of(struct model_text one, struct model_text other)
{
	return one.at ? one : other;
}

/* Of both sides, each knows itself best: an acceptor that failed was not told who came. */
static struct model_text initiator_of(const struct exchange *exchange)
{
	const struct model_talk *initiator = exchange->sides[EXCHANGE_INITIATOR].talk,
				*acceptor = exchange->sides[EXCHANGE_ACCEPTOR].talk;

	return first_of(initiator ? initiator->initiator : (struct model_text){0},
			acceptor ? acceptor->initiator : (struct model_text){0});
}

/* Whom an initiator asked for that came to no end. */
static struct model_text asked_for(const struct model_talk *initiator)
{
	for (const struct model_step *step = initiator->steps.first; step && !initiator->asked.at;
	     step = step->next)
		if (step->call == TR_gss_init_sec_context && step->name.at)
			return step->name;
	return initiator->asked;
}

static struct model_text acceptor_of(const struct exchange *exchange)
{
	const struct model_talk *initiator = exchange->sides[EXCHANGE_INITIATOR].talk,
				*acceptor = exchange->sides[EXCHANGE_ACCEPTOR].talk;

	return first_of(acceptor ? acceptor->acceptor : (struct model_text){0},
			initiator ? first_of(initiator->acceptor, asked_for(initiator))
				  : (struct model_text){0});
}

static void enctype(struct out *out, uint32_t number)
{
	const char *name = number ? name_of(TR_TYPE_ENCTYPE, number) : NULL;

	html(out, name_enctype_weak(number) ? "<td class=\"e bad\">" : "<td class=e>");
	if (name)
		html_text(out, name);
	else if (number)
		out_unsigned(out, number);
	html(out, "</td>");
}

static const char *class_of(const struct exchange *exchange)
{
	switch (exchange_outcome(exchange)) {
	case TR_OUTCOME_ESTABLISHED:
		return "good";
	case TR_OUTCOME_FAILED:
		return "bad";
	default:
		return "warn";
	}
}

static void row(struct out *out, const struct exchange *exchange, size_t number)
{
	const struct model_talk *initiator = exchange->sides[EXCHANGE_INITIATOR].talk,
				*acceptor = exchange->sides[EXCHANGE_ACCEPTOR].talk, *talk = either(exchange);
	const struct model_talk *a = initiator ? initiator : acceptor, *b = acceptor ? acceptor : initiator;

	html(out, "<tr>");
	html_cell_time(out, exchange_begin(exchange));
	html(out, "<td class=\"");
	html(out, class_of(exchange));
	html(out, "\"><a href=\"#h");
	out_unsigned(out, number);
	html(out, "\">");
	html_text(out, timeline_outcome(exchange));
	html(out, "</a></td>");
	html_cell(out, initiator_of(exchange));
	html_cell(out, acceptor_of(exchange));
	html(out, "<td>");
	html_model(out, initiator ? initiator->process->program->name : (struct model_text){0});
	html(out, " &rarr; ");
	html_model(out, acceptor ? acceptor->process->program->name : (struct model_text){0});
	html(out, "</td>");
	enctype(out, talk->ticket_enctype ? talk->ticket_enctype : a->ticket_enctype);
	enctype(out, talk->session_enctype ? talk->session_enctype : a->session_enctype);
	html(out, "<td class=r>");
	html_model(out, first_of(b->reason, a->reason));
	html(out, "</td></tr>\n");
}

static bool step(struct out *out, const struct exchange *exchange, const struct timeline_rows *rows,
		 const struct timeline_row *at)
{
	char *words = timeline_words(exchange, at), since[32];
	const bool token = at->kind == TIMELINE_TOKEN, acceptor = at->side == EXCHANGE_ACCEPTOR;

	if (!words)
		return false;
	snprintf(since, sizeof(since), "%.2f", ((double)at->time - (double)rows->start) / 1e6);
	html(out, "<li class=\"");
	html(out, acceptor ? "acceptor" : "initiator");
	html(out, token ? at->arrived ? " token" : " token lost" : "");
	html(out, at->step && at->step->failed && !token ? " bad" : "");
	html(out, at->kind == TIMELINE_WAIT ? " wait" : "");
	html(out, "\"><time>");
	html(out, since);
	html(out, "</time> <span>");
	html(out, token && acceptor ? "&larr; " : "");
	html_text(out, words);
	html(out, token && !acceptor ? " &rarr;" : "");
	html(out, "</span></li>\n");
	free(words);
	return true;
}

static bool diagram(struct out *out, const struct exchange *exchange, size_t number)
{
	struct timeline_rows rows = {0};
	bool memory = timeline_rows(&rows, exchange), known[2];

	html(out, "<details id=h");
	out_unsigned(out, number);
	html(out, exchange_failed(exchange) ? " open>" : ">");
	html(out, "<summary><span class=");
	html(out, class_of(exchange));
	html(out, ">");
	html_text(out, timeline_outcome(exchange));
	html(out, "</span> <time>");
	out_raw(out, out_stamp(out, exchange_begin(exchange)), 19);
	html(out, "</time> ");
	html_model(out, initiator_of(exchange));
	html(out, " &rarr; ");
	html_model(out, acceptor_of(exchange));
	html(out, "</summary><div class=heads>");
	for (int side = 0; side < EXCHANGE_SIDES; side++) {
		const struct model_talk *talk = exchange->sides[side].talk;

		known[side] = talk;
		html(out, "<b>");
		html(out, side == EXCHANGE_INITIATOR ? "initiator " : "acceptor ");
		if (talk) {
			html_model(out, talk->process->program->name);
			html(out, "[");
			out_unsigned(out, talk->pid);
			html(out, "] ");
			html_model(out, talk->process->program->host);
		} else {
			html(out, "<i>not in these traces</i>");
		}
		html(out, "</b>");
	}
	html(out, "</div><ol class=\"sequence");
	html(out, known[0] && known[1] ? "" : " single");
	html(out, "\">\n");
	for (size_t i = 0; i < rows.count && memory; i++)
		memory = step(out, exchange, &rows, &rows.rows[i]);
	html(out, "</ol></details>\n");
	timeline_rows_free(&rows);
	return memory;
}

/* Those that went wrong first, each kind in order of time. */
static int by_urgency(const void *a, const void *b)
{
	const struct exchange *const *one = a, *const *other = b;
	bool first = exchange_failed(*one), second = exchange_failed(*other);
	uint64_t begin = exchange_begin(*one), then = exchange_begin(*other);

	if (first != second)
		return first ? -1 : 1;
	return begin < then ? -1 : begin > then;
}

static void left_out(struct out *out, size_t count, const char *what)
{
	if (!count)
		return;
	html(out, "<p class=warn>");
	out_unsigned(out, count);
	html(out, what);
	html(out, "</p>\n");
}

static void table(struct out *out, struct exchange **all, size_t count)
{
	html(out,
	     "<p><label>Filter <input id=filter type=search placeholder=\"a name, an outcome, an encryption "
	     "type\">"
	     "</label> <output id=shown></output></p>\n<div class=wide><table id=table><thead><tr><th>Time"
	     "<th>Outcome<th>Initiator<th>Acceptor<th>Programs<th>Ticket<th>Session"
	     "<th>Reason</tr></thead><tbody>\n");
	for (size_t i = 0; i < count && i < ROWS_MOST; i++)
		row(out, all[i], i);
	html(out, "</tbody></table></div>\n");
	left_out(out, count > ROWS_MOST ? count - ROWS_MOST : 0,
		 " more handshakes are not listed: gsstap timeline shows all.");
}

static bool diagrams(struct out *out, struct exchange **all, size_t count)
{
	size_t drawn = 0, most = DIAGRAMS_MOST;
	bool memory = true;

	html(out, "<h3>Step by step</h3>\n<p>Times in ms since the handshake began, by the initiator's "
		  "clock.</p>\n");
	for (size_t i = 0; i < count && i < ROWS_MOST && memory; i++) {
		if (drawn >= (exchange_failed(all[i]) ? 5 * most : most))
			break;
		memory = diagram(out, all[i], i);
		drawn++;
	}
	left_out(out, count - drawn, " more are not drawn: gsstap timeline shows all.");
	return memory;
}

bool report_handshakes(const struct report *report)
{
	struct exchange **all = calloc(report->exchanges->count + 1, sizeof(struct exchange *));
	struct out *out = report->out;
	size_t count = 0;
	bool memory = all;

	if (!all)
		return false;
	for (struct exchange *exchange = report->exchanges->first; exchange; exchange = exchange->next)
		if (either(exchange))
			all[count++] = exchange;
	qsort(all, count, sizeof(struct exchange *), by_urgency);
	html(out, "<section id=handshakes><h2>Handshakes</h2>\n");
	if (count) {
		table(out, all, count);
		memory = diagrams(out, all, count);
	} else {
		html(out, "<p>None is in these traces.</p>\n");
	}
	html(out, "</section>\n");
	free(all);
	return memory;
}
