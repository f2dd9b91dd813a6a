/* SPDX-License-Identifier: MIT */
/* What went wrong in all traces, printed once there are no more events. */
#include "tools/diagnose/diagnose.h"
#include "tools/view/findings.h"
#include "tools/view/sink.h"

#include <stdlib.h>

struct doctor {
	struct sink sink;
	struct diagnose *diagnose;
	void (*print)(struct out *out, const struct findings *findings, const struct diagnose_counts *counts,
		      uint64_t damaged);
};

static bool add(struct sink *sink, const struct tr_event *event, bool wanted)
{
	(void)wanted;
	return !diagnose_learn(((struct doctor *)sink)->diagnose, event);
}

static bool end(struct sink *sink)
{
	struct doctor *doctor = (struct doctor *)sink;
	const struct findings *findings = diagnose_findings(doctor->diagnose);

	if (!findings)
		return false;
	sink->found = findings->count;
	doctor->print(sink->out, findings, diagnose_counts(doctor->diagnose), sink->damaged);
	return true;
}

static void release(struct sink *sink)
{
	diagnose_free(((struct doctor *)sink)->diagnose);
	free(sink);
}

static struct sink *new (struct out *out, void (*print)(struct out *, const struct findings *,
							const struct diagnose_counts *, uint64_t))
{
	struct doctor *doctor = calloc(1, sizeof(*doctor));

	if (!doctor)
		return NULL;
	doctor->sink = (struct sink){.add = add, .end = end, .release = release, .out = out};
	doctor->print = print;
	doctor->diagnose = diagnose_new();
	if (doctor->diagnose)
		return &doctor->sink;
	free(doctor);
	return NULL;
}

struct sink *sink_doctor_text(struct out *out)
{
	return new (out, findings_text);
}

struct sink *sink_doctor_json(struct out *out)
{
	return new (out, findings_json);
}
