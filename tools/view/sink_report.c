/* SPDX-License-Identifier: MIT */
/* All traces as one page, written once there are no more events. */
#include "tools/view/report.h"
#include "tools/view/sink.h"
#include "tools/view/timeline.h"

#include <stdlib.h>

struct page {
	struct sink sink;
	struct exchanges *exchanges;
	struct diagnose *diagnose;
};

static bool add(struct sink *sink, const struct tr_event *event, bool wanted)
{
	struct page *page = (struct page *)sink;

	(void)wanted;
	return !exchanges_learn(page->exchanges, event) && !diagnose_learn(page->diagnose, event);
}

static bool end(struct sink *sink)
{
	struct page *page = (struct page *)sink;
	struct report report = {.out = sink->out, .exchanges = page->exchanges, .damaged = sink->damaged};

	if (exchanges_settle(page->exchanges))
		return false;
	report.findings = diagnose_findings(page->diagnose);
	report.counts = diagnose_counts(page->diagnose);
	sink->found = report.findings ? report.findings->count : 0;
	return report.findings && report_page(&report);
}

static void release(struct sink *sink)
{
	struct page *page = (struct page *)sink;

	exchanges_free(page->exchanges);
	diagnose_free(page->diagnose);
	free(page);
}

struct sink *sink_report(struct out *out)
{
	struct page *page = calloc(1, sizeof(*page));

	if (!page)
		return NULL;
	page->sink = (struct sink){.add = add, .end = end, .release = release, .out = out};
	page->exchanges = exchanges_new(timeline_phrase);
	page->diagnose = diagnose_new();
	if (page->exchanges && page->diagnose)
		return &page->sink;
	release(&page->sink);
	return NULL;
}
