/* SPDX-License-Identifier: MIT */
/*
 * A policy is replaced while threads judge by it: each judgement is by one of them as a whole, what was
 * replaced is given back, and one that cannot be used changes nothing.
 */
#include "shim/core/policy.h"
#include "policy/compile.h"
#include "policy/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define READERS 3
#define TIMES 1000

static atomic_bool over;
static atomic_uint judged, wrong;

struct image {
	void *bytes;
	size_t length;
};

/* Lets one of the two pass, by a list of its own length. */
static struct image compiled(const char *who, unsigned filler)
{
	char text[4000];
	struct image image;
	void *made;
	int n = snprintf(text, sizeof(text), "version: 1\ngss:\n  peers:\n    allow:\n      - %s@R\n", who);

	for (unsigned i = 0; i < filler; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "      - f%u@R\n", i);
	assert_int_equal(pol_compile_text("test", text, strlen(text), &made, &image.length, NULL), 0);
	image.bytes = mmap(NULL, image.length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(image.bytes != MAP_FAILED);
	memcpy(image.bytes, made, image.length);
	free(made);
	return image;
}

static enum pol_action judge(const struct pol *policy, const char *who)
{
	struct pol_facts facts = {.moment = POL_ESTABLISHED, .role = POL_ACCEPTOR, .initiator = {who, true}};
	struct pol_verdict verdict;

	return pol_judge(policy, &facts, POL_ABOUT_PEER, &verdict);
}

/* Exactly one of the two passes, whichever policy it is. */
static void *reads(void *unused)
{
	while (!over) {
		const struct pol *policy = tap_policy_take();
		bool alice = judge(policy, "alice@R") == POL_ALLOW, bob = judge(policy, "bob@R") == POL_ALLOW;

		tap_policy_give(policy);
		wrong += alice == bob;
		judged++;
	}
	return unused;
}

static unsigned mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned lines = 0;
	int c;

	assert_non_null(maps);
	while ((c = fgetc(maps)) != EOF)
		lines += c == '\n';
	fclose(maps);
	return lines;
}

static void replace(const char *who, unsigned filler)
{
	struct image image = compiled(who, filler);
	char why[160];
	enum tap_replaced replaced;

	while ((replaced = tap_policy_replace(image.bytes, image.length, why, sizeof(why))) == TAP_NOT_NOW)
		sched_yield();
	assert_int_equal(replaced, TAP_REPLACED);
}

static void test_judged_by_one_as_a_whole(void **state)
{
	pthread_t threads[READERS];
	unsigned before, seen;

	(void)state;
	replace("alice", 3);
	for (int i = 0; i < READERS; i++)
		pthread_create(&threads[i], NULL, reads, NULL);
	before = mappings();
	for (unsigned i = 0; i < TIMES; i++) {
		replace(i % 2 ? "alice" : "bob", i % 97);
		for (seen = judged; judged == seen;)
			sched_yield();
	}
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* whose own memory grows */
	assert_true(mappings() <= before + 16);
#else
	(void)before;
#endif
	over = true;
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(wrong, 0);
	assert_true(tap_policy_generation() > TIMES);
}

static void test_one_that_cannot_be_used_changes_nothing(void **state)
{
	struct image image = compiled("bob", 1);
	uint32_t generation = tap_policy_generation();
	const struct pol *policy;
	char why[160];

	(void)state;
	replace("alice", 1);
	assert_int_equal(tap_policy_replace(image.bytes, image.length - 1, why, sizeof(why)), TAP_NOT_FIT);
	assert_string_equal(why, "the compiled policy is cut off");
	((uint8_t *)image.bytes)[POL_CHECKED_FROM + 9] ^= 1;
	assert_int_equal(tap_policy_replace(image.bytes, image.length, why, sizeof(why)), TAP_NOT_FIT);
	policy = tap_policy_take();
	assert_int_equal(judge(policy, "alice@R"), POL_ALLOW);
	tap_policy_give(policy);
	assert_int_equal(tap_policy_generation(), generation + 1);
	munmap(image.bytes, image.length);
}

/* Its threads are not there, and what they had is. */
static void test_a_child_of_fork_goes_on(void **state)
{
	const struct pol *kept[20];
	int status;
	pid_t child;

	(void)state;
	for (int i = 0; i < 7; i++) {
		kept[i] = tap_policy_take();
		replace(i % 2 ? "alice" : "bob", (unsigned)i);
	}
	child = fork();
	if (!child) {
		for (unsigned i = 0; i < 20; i++)
			replace(i % 2 ? "alice" : "bob", i);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	for (int i = 0; i < 7; i++)
		tap_policy_give(kept[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judged_by_one_as_a_whole),
		cmocka_unit_test(test_one_that_cannot_be_used_changes_nothing),
		cmocka_unit_test(test_a_child_of_fork_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
