/* SPDX-License-Identifier: MIT */
/* Findings for a terminal: the cause first, then by what it is known, then what to do. */
#include "tools/view/findings.h"

static void program(struct out *out, const struct model_program *program, uint32_t pid)
{
	if (program->name.at)
		out_words(out, (const uint8_t *)program->name.at, program->name.length);
	else
		out_str(out, "a process");
	if (pid) {
		out_char(out, '[');
		out_unsigned(out, pid);
		out_char(out, ']');
	}
	if (!program->host.at)
		return;
	out_str(out, " on ");
	out_words(out, (const uint8_t *)program->host.at, program->host.length);
}

static void process(struct out *out, const struct model_talk *talk)
{
	program(out, talk->process->program, talk->pid);
}

static void where(struct out *out, const struct finding *finding)
{
	out_str(out, "  ");
	out_paint(out, "2");
	out_raw(out, out_stamp(out, finding->first), 19);
	out_str(out, "  ");
	if (finding->init)
		process(out, finding->init);
	if (finding->init && finding->acc)
		out_str(out, " to ");
	if (finding->acc)
		process(out, finding->acc);
	if (!finding->init && !finding->acc && finding->program)
		program(out, finding->program, 0);
	if (finding->count > 1) {
		out_str(out, ", ");
		out_unsigned(out, finding->count);
		out_str(out, " times until ");
		out_raw(out, out_stamp(out, finding->last), 19);
	}
	out_paint(out, "0");
	out_char(out, '\n');
}

static void lines(struct out *out, const char *head, const struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		bool command = list->items[i][0] == '\t';

		out_str(out, head);
		if (command) {
			out_paint(out, "1");
			out_str(out, "  $ ");
		}
		out_safe(out, list->items[i] + command);
		if (command)
			out_paint(out, "0");
		out_char(out, '\n');
	}
}

static void id(struct out *out, unsigned number)
{
	char text[16];

	snprintf(text, sizeof(text), "GT%04u", number);
	out_str(out, text);
}

void finding_text(struct out *out, const struct finding *finding)
{
	out_paint(out, "1;31");
	id(out, finding->id);
	out_char(out, ' ');
	out_str(out, finding->title);
	out_paint(out, "0");
	out_str(out, "\n  ");
	out_safe(out, finding->cause ? finding->cause : finding->title);
	out_char(out, '\n');
	where(out, finding);
	lines(out, "  seen: ", &finding->evidence);
	lines(out, "  to do: ", &finding->remedies);
	lines(out, "  not looked at: ", &finding->unseen);
	out_char(out, '\n');
}

static void counted(struct out *out, uint64_t number, const char *what, bool *more)
{
	if (!number)
		return;
	out_str(out, *more ? ", " : "");
	*more = true;
	out_unsigned(out, number);
	out_char(out, ' ');
	out_str(out, what);
}

static void seen(struct out *out, const struct diagnose_counts *counts)
{
	bool more = false;

	out_str(out, "Handshakes seen: ");
	counted(out, counts->established, "established", &more);
	if (counts->unproven) {
		out_str(out, " (");
		out_unsigned(out, counts->unproven);
		out_str(out, " given up by the initiator before it saw the acceptor's proof)");
	}
	counted(out, counts->failed, "failed", &more);
	counted(out, counts->refused, "refused", &more);
	counted(out, counts->abandoned, "given up", &more);
	counted(out, counts->unfinished, "not ended", &more);
	if (!more)
		out_str(out, "none");
	if (counts->credentials) {
		out_str(out, "; credentials that could not be had: ");
		out_unsigned(out, counts->credentials);
	}
	out_str(out, ".\n");
}

static void left_alone(struct out *out, const struct diagnose_counts *counts)
{
	program(out, counts->left, counts->left_pid);
	out_str(out, " sent a token of ");
	out_unsigned(out, counts->left_length);
	out_str(out,
		" bytes and called nothing in that handshake afterwards: why is not known on this side, the "
		"trace of its peer may tell.\n");
}

void findings_text_end(struct out *out, const struct findings *findings, const struct diagnose_counts *counts,
		       uint64_t damaged)
{
	seen(out, counts);
	if (damaged)
		out_str(out, "Not all of the traces could be read: there may be more.\n");
	if (!findings->first) {
		if (counts->left)
			left_alone(out, counts);
		out_str(out, "Nothing was found.\n");
		return;
	}
	out_str(out, "'gsstap doctor --explain ");
	id(out, findings->first->id);
	out_str(out, "' says more.\n");
}
