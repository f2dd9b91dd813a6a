/* SPDX-License-Identifier: MIT */
/*
 * The page around the sections. Its policy allows no request and no script but the one of ours, known by its
 * hash: if a text of a trace ever became markup, it still could not act.
 */
#include "tools/view/html.h"
#include "tools/view/report.h"

#include "report_script.h"

extern const char report_css[], report_css_end[], report_js[], report_js_end[];

static void head(struct out *out)
{
	html(out, "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n"
		  "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
		  "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src "
		  "'unsafe-inline'; "
		  "script-src 'sha256-" REPORT_SCRIPT_HASH "'\">\n"
		  "<title>gsstap report</title>\n<style>");
	out_raw(out, report_css, (size_t)(report_css_end - report_css));
	html(out, "</style></head><body>\n");
}

static void number(struct out *out, const char *what, uint64_t count, const char *class)
{
	html(out, "<div class=\"count ");
	html(out, count ? class : "none");
	html(out, "\"><b>");
	out_unsigned(out, count);
	html(out, "</b> ");
	html(out, what);
	html(out, "</div>");
}

static void overview(const struct report *report)
{
	struct out *out = report->out;

	html(out, "<header><h1>gsstap report</h1><div class=counts>");
	number(out, "findings", report->findings->count, "bad");
	number(out, "failed", report->counts->failed, "bad");
	number(out, "refused", report->counts->refused, "warn");
	number(out, "given up", report->counts->abandoned, "warn");
	number(out, "not ended", report->counts->unfinished, "warn");
	number(out, "established", report->counts->established, "good");
	html(out,
	     "</div><nav><a href=\"#findings\">What went wrong</a> <a href=\"#handshakes\">Handshakes</a> "
	     "<a href=\"#refusals\">Refusals</a> <a href=\"#enctypes\">Encryption types</a> "
	     "<a href=\"#coverage\">Coverage</a></nav></header>\n<main>\n");
	if (report->damaged)
		html(out, "<p class=bad>Not all of the traces could be read: there may be more.</p>\n");
}

bool report_page(const struct report *report)
{
	struct out *out = report->out;
	bool memory;

	head(out);
	overview(report);
	report_findings(report);
	memory = report_handshakes(report);
	report_refusals(report);
	report_enctypes(report);
	report_coverage(report);
	html(out, "</main>\n<script>");
	out_raw(out, report_js, (size_t)(report_js_end - report_js));
	html(out, "</script></body></html>\n");
	return memory;
}
