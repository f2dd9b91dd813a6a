/* SPDX-License-Identifier: MIT */
/*
 * What went wrong in all traces: printed when there are no more events or, while a program runs, as soon as
 * it is found.
 */
#include "tools/diagnose/diagnose.h"
#include "tools/view/findings.h"
#include "tools/view/sink.h"

#include <stdlib.h>

struct doctor {
	struct sink sink;
	struct diagnose *diagnose;
	const struct finding *printed; /* the last one; NULL: none */
	void (*print)(struct out *out, const struct finding *finding);
	void (*print_end)(struct out *out, const struct findings *findings,
			  const struct diagnose_counts *counts, uint64_t damaged);
};

static bool add(struct sink *sink, const struct tr_event *event, bool wanted)
{
	(void)wanted;
	return !diagnose_learn(((struct doctor *)sink)->diagnose, event);
}

static bool print_new(struct doctor *doctor, const struct findings *findings)
{
	const struct finding *finding;

	if (!findings)
		return false;
	finding = doctor->printed ? doctor->printed->next : findings->first;
	for (; finding; finding = finding->next) {
		doctor->print(doctor->sink.out, finding);
		doctor->printed = finding;
	}
	doctor->sink.found = findings->count;
	return true;
}

/* Of what is printed at once nothing is counted any more: that is for who does not wait. */
static bool look(struct sink *sink, uint64_t now)
{
	struct doctor *doctor = (struct doctor *)sink;

	return !sink->alone || print_new(doctor, diagnose_due(doctor->diagnose, now));
}

static bool end(struct sink *sink)
{
	struct doctor *doctor = (struct doctor *)sink;
	const struct findings *findings = diagnose_findings(doctor->diagnose);

	if (!print_new(doctor, findings))
		return false;
	if (!sink->alone)
		doctor->print_end(sink->out, findings, diagnose_counts(doctor->diagnose), sink->damaged);
	return true;
}

static void release(struct sink *sink)
{
	diagnose_free(((struct doctor *)sink)->diagnose);
	free(sink);
}

static struct sink *new (struct out *out, bool json)
{
	struct doctor *doctor = calloc(1, sizeof(*doctor));

	if (!doctor)
		return NULL;
	doctor->sink = (struct sink){.add = add, .look = look, .end = end, .release = release, .out = out};
	doctor->print = json ? finding_json : finding_text;
	doctor->print_end = json ? findings_json_end : findings_text_end;
	doctor->diagnose = diagnose_new();
	if (doctor->diagnose)
		return &doctor->sink;
	free(doctor);
	return NULL;
}

struct sink *sink_doctor_text(struct out *out)
{
	return new (out, false);
}

struct sink *sink_doctor_json(struct out *out)
{
	return new (out, true);
}
