/* SPDX-License-Identifier: MIT */
/*
 * judge COUNT: ns of a judgement about a peer, by a policy that allows so many principals: one who is listed,
 * and one who is not. Each is another one than the last, as a server has it, so that memory counts as well.
 */
#include "policy/compile.h"
#include "policy/policy.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCHES 101
#define BATCH 4000
#define STRIDE 7919 /* a prime, so that all of them come in turn */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct pol policy_of(unsigned count)
{
	char *text = NULL;
	size_t size, length;
	FILE *out = open_memstream(&text, &size);
	struct pol pol;
	void *image;

	fputs("version: 1\ngss:\n  peers:\n    allow:\n", out);
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "      - user%u@EXAMPLE.ORG\n", i);
	if (fclose(out) || pol_compile_text("judge", text, size, &image, &length, NULL) ||
	    pol_open(&pol, image, length))
		exit(1);
	return pol;
}

static int by_size(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return one < other ? -1 : one > other;
}

static double measured(const struct pol *pol, char (*names)[40], unsigned count, enum pol_action expected)
{
	double took[BATCHES];
	struct pol_verdict verdict;
	unsigned next = 0;

	for (size_t batch = 0; batch < BATCHES; batch++) {
		double begin = now();

		for (size_t i = 0; i < BATCH; i++) {
			struct pol_facts facts = {.moment = POL_ESTABLISHED,
						  .role = POL_ACCEPTOR,
						  .initiator = {names[next], true}};

			next = (next + STRIDE) % count;
			if (pol_judge(pol, &facts, POL_ABOUT_PEER, &verdict) != expected)
				exit(1);
		}
		took[batch] = (now() - begin) / BATCH;
	}
	qsort(took, BATCHES, sizeof(*took), by_size);
	return took[BATCHES / 2];
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	struct pol pol = policy_of(count ? count : 1);
	char(*listed)[40] = calloc(count, sizeof(*listed)), (*others)[40] = calloc(count, sizeof(*others));

	if (!count || !listed || !others)
		return 2;
	for (unsigned i = 0; i < count; i++) {
		snprintf(listed[i], sizeof(*listed), "user%u@EXAMPLE.ORG", i);
		snprintf(others[i], sizeof(*others), "user%u@EXAMPLE.COM", i);
	}
	printf("%.1f %.1f\n", measured(&pol, listed, count, POL_ALLOW),
	       measured(&pol, others, count, POL_DENY));
	return 0;
}
