/* SPDX-License-Identifier: MIT */
/* The checks in their order; see report.h. */
#include "tools/doctor/report.h"

#include "tools/doctor/checks.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* On a terminal: one line, which the report takes away. */
static void show_progress(const char *what)
{
	dprintf(STDERR_FILENO, "\r\033[K%s ...", what);
}

static void check_all(struct lines *lines, const struct evidence *evidence)
{
	check_config(lines, evidence);
	/* Without libkrb5 there is nothing to be seen of the rest. */
	if (!evidence->config.code) {
		check_names(lines, evidence);
		check_realm(lines, evidence);
		check_kdcs(lines, evidence);
		check_clock(lines, evidence);
		if (evidence->with_cache) {
			check_cache(lines, evidence);
			check_tgt(lines, evidence);
		}
		check_service(lines, evidence);
		if (evidence->with_cache)
			check_ticket(lines, evidence);
		if (evidence->with_keytab) {
			check_keytab(lines, evidence);
			check_key(lines, evidence);
		}
		check_enctypes(lines, evidence);
	}
	check_zmq(lines, evidence);
}

int doctor_report(const struct evidence_question *question, FILE *file, bool colour, bool json)
{
	static struct out out;
	struct evidence evidence;
	struct lines *lines;
	bool terminal = isatty(STDERR_FILENO), wrong;

	out_init(&out, file, colour && !json, true);
	lines = lines_new(&out, json);
	evidence_gather(&evidence, question, terminal ? show_progress : NULL);
	if (terminal)
		dprintf(STDERR_FILENO, "\r\033[K");
	check_all(lines, &evidence);
	wrong = lines_finish(lines);
	lines_free(lines);
	evidence_free(&evidence);
	out_flush(&out);
	if (out.failed) {
		errno = out.error;
		return -1;
	}
	return wrong;
}
