/* SPDX-License-Identifier: MIT */
/* Which encryption types sessions had over time: a bar a part of the time that the traces cover. */
#include "tools/names/names.h"
#include "tools/view/html.h"
#include "tools/view/report.h"

#define PARTS 24
#define TYPES 8 /* the others are one */

struct chart {
	uint64_t first, last; /* ns */
	uint32_t types[TYPES];
	uint64_t counts[PARTS][TYPES + 1], sums[PARTS], largest;
	size_t known;
};

static uint32_t enctype_of(const struct exchange *exchange)
{
	for (int side = 0; side < EXCHANGE_SIDES; side++)
		if (exchange->sides[side].talk && exchange->sides[side].talk->session_enctype)
			return exchange->sides[side].talk->session_enctype;
	return 0;
}

static bool counts(const struct exchange *exchange)
{
	return exchange_outcome(exchange) == TR_OUTCOME_ESTABLISHED && enctype_of(exchange);
}

static void span(struct chart *chart, const struct exchange *exchange)
{
	uint64_t begin = exchange_begin(exchange);

	if (!chart->first || begin < chart->first)
		chart->first = begin;
	if (begin > chart->last)
		chart->last = begin;
}

static size_t type_of(struct chart *chart, uint32_t enctype)
{
	for (size_t i = 0; i < chart->known; i++)
		if (chart->types[i] == enctype)
			return i;
	if (chart->known == TYPES)
		return TYPES;
	chart->types[chart->known] = enctype;
	return chart->known++;
}

static void count(struct chart *chart, const struct exchange *exchange)
{
	uint64_t width = (chart->last - chart->first) / PARTS + 1;
	uint64_t part = (exchange_begin(exchange) - chart->first) / width;

	chart->counts[part][type_of(chart, enctype_of(exchange))]++;
	if (++chart->sums[part] > chart->largest)
		chart->largest = chart->sums[part];
}

static void name(struct out *out, const struct chart *chart, size_t type)
{
	const char *text = type < chart->known ? name_of(TR_TYPE_ENCTYPE, chart->types[type]) : "others";

	if (text)
		html_text(out, text);
	else
		out_unsigned(out, chart->types[type]);
}

static void rectangle(struct out *out, uint64_t x, uint64_t y, uint64_t height, size_t type, bool weak)
{
	html(out, "<rect x=");
	out_unsigned(out, x);
	html(out, " y=");
	out_unsigned(out, y);
	html(out, " width=22 height=");
	out_unsigned(out, height);
	html(out, " class=\"e");
	out_unsigned(out, type);
	html(out, weak ? " weak\"/>" : "\"/>");
}

static void bars(struct out *out, const struct chart *chart)
{
	html(out,
	     "<svg viewBox=\"0 0 576 120\" role=img aria-label=\"sessions by encryption type over time\">");
	for (uint64_t part = 0; part < PARTS; part++) {
		uint64_t from = 120;

		for (size_t type = 0; type <= TYPES; type++) {
			uint64_t height = chart->counts[part][type] * 110 / chart->largest;

			if (!chart->counts[part][type])
				continue;
			height = height ? height : 1;
			from = from > height ? from - height : 0;
			rectangle(out, part * 24, from, height, type,
				  type < TYPES && name_enctype_weak(chart->types[type]));
		}
	}
	html(out, "</svg><p class=axis><time>");
	out_raw(out, out_stamp(out, chart->first), 19);
	html(out, "</time><time>");
	out_raw(out, out_stamp(out, chart->last), 19);
	html(out, "</time></p>\n");
}

static void legend(struct out *out, const struct chart *chart)
{
	html(out, "<ul class=legend>");
	for (size_t type = 0; type <= TYPES; type++) {
		uint64_t sum = 0;

		for (size_t part = 0; part < PARTS; part++)
			sum += chart->counts[part][type];
		if (!sum)
			continue;
		html(out, "<li class=\"e");
		out_unsigned(out, type);
		html(out, type < TYPES && name_enctype_weak(chart->types[type]) ? " weak\">" : "\">");
		name(out, chart, type);
		html(out, type < TYPES && name_enctype_weak(chart->types[type]) ? " (weak): " : ": ");
		out_unsigned(out, sum);
	}
	html(out, "</ul>\n");
}

void report_enctypes(const struct report *report)
{
	struct chart chart = {0};
	const struct exchange *exchange;

	html(report->out, "<section id=enctypes><h2>Encryption types of sessions over time</h2>\n");
	for (exchange = report->exchanges->first; exchange; exchange = exchange->next)
		if (counts(exchange))
			span(&chart, exchange);
	for (exchange = report->exchanges->first; exchange; exchange = exchange->next)
		if (counts(exchange))
			count(&chart, exchange);
	if (chart.known) {
		bars(report->out, &chart);
		legend(report->out, &chart);
	} else {
		html(report->out, "<p>No session was established in these traces.</p>\n");
	}
	html(report->out, "</section>\n");
}
