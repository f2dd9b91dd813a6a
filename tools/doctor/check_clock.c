/* SPDX-License-Identifier: MIT */
/* Is this machine's clock that of the KDCs? */
#include "tools/doctor/checks.h"

#include <stdlib.h>

#define WARN_AHEAD_S 60

struct far {
	const struct probe_answer *answer; /* NULL: none told the time */
	const char *whose;
};

static void look_farther(struct far *far, const struct probe_answer *answer, const char *whose)
{
	if (answer->asked && answer->has_code &&
	    (!far->answer || llabs(answer->ahead_us) > llabs(far->answer->ahead_us)))
		*far = (struct far){answer, whose};
}

/* The KDC whose clock is farthest from ours. */
static struct far farthest(const struct evidence *evidence)
{
	struct far far = {0};

	for (size_t r = 0; r < evidence->realms; r++) {
		const struct probe_kdcs *kdcs = &evidence->kdcs[r];

		look_farther(&far, &kdcs->library, kdcs->realm);
		for (size_t i = 0; i < kdcs->count; i++)
			look_farther(&far, probe_kdc_answer(&kdcs->list[i]), kdcs->list[i].shown);
	}
	return far;
}

void check_clock(struct lines *lines, const struct evidence *evidence)
{
	struct far far = farthest(evidence);
	const struct probe_answer *answer = far.answer;
	long long off, limit = evidence->config.clockskew;

	line_begin(lines, "clock");
	if (!answer) {
		line_is(lines, LINE_SKIP);
		line_say(lines, "no KDC tells the time");
		line_end(lines);
		return;
	}
	/* To a second: an MIT KDC counts the microseconds of its errors from anywhere within it. */
	off = (llabs(answer->ahead_us) + 500000) / 1000000;
	line_number(lines, "ahead_of_kdc_seconds", answer->ahead_us > 0 ? -off : off);
	line_number(lines, "allowed_seconds", limit);
	if (off > limit || off > WARN_AHEAD_S) {
		line_is(lines, off > limit ? LINE_FAIL : LINE_WARN);
		line_say(lines, "this clock is %lld s %s that of the KDC of %s; %lld s are allowed", off,
			 answer->ahead_us > 0 ? "behind" : "ahead of", far.whose, limit);
		line_remedy(lines, "set the clock that is wrong, and keep it right; here:");
		line_command(lines, "timedatectl set-ntp true");
	} else if (off > 1) {
		line_say(lines, "%lld s off the KDC's; %lld s are allowed", off, limit);
	} else {
		line_say(lines, "the KDC's, to a second; %lld s are allowed", limit);
	}
	line_end(lines);
}
