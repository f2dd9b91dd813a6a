/* SPDX-License-Identifier: MIT */
/* Who is counted for whom, who is held from when to when, and a table that is full. */
#include "tests/unit/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shim/auth/brake_table.h"

#define SECOND 1000000000ull
#define PLACES 64u

static struct tap_brake_entry entries[PLACES];
static uint64_t hashes[PLACES];
static struct tap_brake_table table = {.entry = entries, .hash = hashes, .places = PLACES};
static const struct pol_brake brake = {.most = 3, .within = 60, .hold = 600};
static uint64_t now;

static int anew(void **state)
{
	(void)state;
	tap_brake_clear(&table);
	now = 1000 * SECOND;
	return 0;
}

/* True: it is held from now on. */
static bool fails(const char *who, uint64_t after_ms)
{
	bool begins;

	now += after_ms * 1000000u;
	assert_non_null(tap_brake_note(&table, &brake, who, now, &begins));
	return begins;
}

static enum tap_braked look(const char *who)
{
	return tap_brake_look(&table, &brake, who, now);
}

static void so_many_within_the_time_are_held(void **state)
{
	struct tap_brake_entry *e;

	(void)state;
	assert_false(fails("a", 0));
	assert_false(fails("a", 59000));
	assert_false(fails("a", 59000)); /* the first is too long ago */
	assert_true(fails("a", 500));
	assert_int_equal(look("a"), TAP_BRAKE_HELD);
	assert_int_equal(look("b"), TAP_BRAKE_FREE);
	assert_false(fails("a", 500)); /* one that was under way */
	assert_int_equal(tap_brake_next(&table), now - SECOND / 2 + 600 * SECOND);
	assert_null(tap_brake_over(&table, now, false));
	now += 600 * SECOND;
	assert_int_equal(look("a"), TAP_BRAKE_FREE);
	e = tap_brake_over(&table, now, false);
	assert_string_equal(e->who, "a");
	assert_int_equal(e->turned_away, 1);
	assert_null(tap_brake_over(&table, now, false));
	assert_int_equal(tap_brake_next(&table), 0);
	assert_false(fails("a", 0)); /* from the beginning */
	assert_false(fails("a", 0));
	assert_true(fails("a", 0));
	assert_non_null(tap_brake_over(&table, now, true));
}

static void each_failure_is_waited_for_longer(void **state)
{
	const struct pol_brake many = {.most = 32, .within = 3600, .hold = 1};
	uint64_t delay, last = 0;
	bool begins;

	(void)state;
	for (unsigned i = 0; i < 31; i++) {
		assert_non_null(tap_brake_note(&table, &many, "a", now, &begins));
		assert_false(begins);
		for (delay = 0; tap_brake_look(&table, &many, "a", now) == TAP_BRAKE_EARLY; delay += 50)
			now += 50000000;
		assert_true(delay >= last && delay <= 10000 && delay >= 250);
		last = delay;
	}
	assert_int_equal(last, 10000);
	/* Nobody is delayed so long that he never fails often enough. */
	assert_false(fails("b", 0));
	now += 10 * SECOND;
	assert_int_equal(look("b"), TAP_BRAKE_FREE);
}

static void nobody_is_put_out_of_a_full_table(void **state)
{
	char who[20];
	bool begins;

	(void)state;
	assert_false(fails("first", 0) || fails("first", 0));
	for (unsigned i = 1; i < PLACES; i++) {
		snprintf(who, sizeof(who), "10.0.0.%u", i);
		assert_false(fails(who, 0));
	}
	assert_null(tap_brake_note(&table, &brake, "late", now, &begins));
	assert_false(begins);
	assert_true(fails("first", 1000));
	/* Those that have not failed again for long make room, and who is held does not. */
	now += 61 * SECOND;
	assert_false(fails("late", 0));
	for (unsigned i = 1; i < PLACES - 1; i++) {
		snprintf(who, sizeof(who), "10.1.0.%u", i);
		assert_false(fails(who, 0));
	}
	assert_null(tap_brake_note(&table, &brake, "later", now, &begins));
	assert_int_equal(look("first"), TAP_BRAKE_HELD);
}

static void addresses_stand_for_whom_they_belong_to(void **state)
{
	static const struct {
		const char *address, *who;
	} cases[] = {
		{"192.0.2.7", "192.0.2.7"},
		{"::ffff:192.0.2.7", "192.0.2.7"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"2001:db8::1", "2001:db8::/64"},
		{"fe80::1%eth0", "fe80::1"},
		{"::1", "::1"},
		{"localhost:1000:100:4711", "ipc:uid=1000"},
		{"localhost:0:0:1", "ipc:uid=0"},
		{"", NULL},
		{"localhost:", NULL},
		{"localhost:12345678901:0:1", NULL},
		{"db1.example.org", NULL},
		{"1111:2222:3333:4444:5555:6666:7777:8888:9999:1111:2222", NULL},
	};
	char who[TAP_BRAKE_WHO];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(tap_brake_who(cases[i].address, who), cases[i].who != NULL);
		if (cases[i].who)
			assert_string_equal(who, cases[i].who);
	}
}

static void a_policy_has_fail2bans_defaults(void **state)
{
	struct pol none = judged_policy("zmq: {unsecured: allow}");
	struct pol one = judged_policy("zmq: {brake: {ban-time: 1h, ignore-ip: [10.0.0.0/8, ipc:uid=7]}}");
	struct pol all =
		judged_policy("mode: audit\nzmq: {brake: {max-retry: 32, find-time: 7, ban-time: 9}}");
	struct pol_brake set = pol_brake(&one);

	(void)state;
	assert_int_equal(pol_brake(&none).most, 0);
	assert_false(pol_brakes(&none));
	assert_true(pol_brakes(&one));
	assert_int_equal(set.most, 5);
	assert_int_equal(set.within, 600);
	assert_int_equal(set.hold, 3600);
	assert_false(set.audit);
	assert_string_equal(set.rule, "zmq.brake.ban-time");
	assert_true(pol_brake_ignores(&one, "::ffff:10.1.2.3"));
	assert_true(pol_brake_ignores(&one, "localhost:7:7:1"));
	assert_false(pol_brake_ignores(&one, "11.1.2.3"));
	set = pol_brake(&all);
	assert_int_equal(set.most, 32);
	assert_int_equal(set.within, 7);
	assert_int_equal(set.hold, 9);
	assert_true(set.audit);
	assert_false(pol_brake_ignores(&all, "10.0.0.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(so_many_within_the_time_are_held, anew),
		cmocka_unit_test_setup(each_failure_is_waited_for_longer, anew),
		cmocka_unit_test_setup(nobody_is_put_out_of_a_full_table, anew),
		cmocka_unit_test(addresses_stand_for_whom_they_belong_to),
		cmocka_unit_test(a_policy_has_fail2bans_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
