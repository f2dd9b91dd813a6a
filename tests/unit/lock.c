/* SPDX-License-Identifier: MIT */
/*
 * The shim's lock: who waits gets it, however long its holder is off the processor, and nobody waits for
 * somebody who cannot come.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/core/lock.h"

static struct tap_lock lock;
static pthread_barrier_t held;
static pthread_mutex_t waited = PTHREAD_MUTEX_INITIALIZER;

static atomic_bool answered;

/* How often the thread of this process that bears its id has gone to sleep. */
static long sleeps(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[200];
	long count = -1;

	assert_non_null(status);
	while (fgets(line, sizeof(line), status))
		sscanf(line, "voluntary_ctxt_switches: %ld", &count);
	fclose(status);
	return count;
}

/* Until the other one has stopped to yield and naps, or has given up. */
static void *hold_for_long(void *unused)
{
	long before;

	(void)unused;
	assert_true(tap_lock(&lock));
	pthread_barrier_wait(&held);
	before = sleeps();
	while (sleeps() < before + 10 && !atomic_load(&answered))
		sched_yield();
	tap_unlock(&lock);
	return NULL;
}

static void waiting_is_rewarded(void **state)
{
	pthread_t holder;
	bool locked;

	(void)state;
	pthread_create(&holder, NULL, hold_for_long, NULL);
	pthread_barrier_wait(&held);
	errno = EDOM;
	locked = tap_lock(&lock);
	atomic_store(&answered, true);
	assert_int_equal(errno, EDOM);
	if (locked)
		tap_unlock(&lock);
	pthread_join(holder, NULL);
	assert_true(locked);
}

static volatile sig_atomic_t got;

static void want_it(int signal)
{
	(void)signal;
	got = tap_lock(&lock);
}

static void a_signal_handler_above_the_holder_goes_without(void **state)
{
	(void)state;
	signal(SIGUSR1, want_it);
	got = -1;
	assert_true(tap_lock(&lock));
	raise(SIGUSR1);
	tap_unlock(&lock);
	assert_int_equal(got, 0);
	raise(SIGUSR1);
	assert_int_equal(got, 1);
	tap_unlock(&lock);
}

static void *hold_for_ever(void *unused)
{
	(void)unused;
	assert_true(tap_lock(&lock));
	return NULL;
}

static void what_an_ended_thread_held_is_taken_over(void **state)
{
	pthread_t holder;

	(void)state;
	pthread_create(&holder, NULL, hold_for_ever, NULL);
	pthread_join(holder, NULL);
	assert_true(tap_lock(&lock));
	tap_unlock(&lock);
}

static void *hold_until_told(void *unused)
{
	(void)unused;
	assert_true(tap_lock(&lock));
	pthread_barrier_wait(&held);
	pthread_mutex_lock(&waited);
	tap_unlock(&lock);
	pthread_mutex_unlock(&waited);
	return NULL;
}

static long taken;

static void *take_often(void *unused)
{
	(void)unused;
	for (int i = 0; i < 20000; i++) {
		if (!tap_lock(&lock))
			return &taken;
		taken++;
		tap_unlock(&lock);
	}
	return NULL;
}

/* In a child: the parent's holder is not there, and the lock still keeps the child's own threads apart. */
static int child(void)
{
	pthread_t one, other;
	void *failed, *other_failed;

	if (!tap_lock(&lock))
		return 1;
	tap_unlock(&lock);
#ifdef __SANITIZE_THREAD__ /* lets the child of a process with threads have none */
	return 0;
#endif
	pthread_create(&one, NULL, take_often, NULL);
	pthread_create(&other, NULL, take_often, NULL);
	pthread_join(one, &failed);
	pthread_join(other, &other_failed);
	return failed || other_failed || taken != 40000 ? 2 : 0;
}

static void a_child_takes_over_what_its_parent_held(void **state)
{
	pthread_t holder;
	int status;
	pid_t pid;

	(void)state;
	pthread_mutex_lock(&waited);
	pthread_create(&holder, NULL, hold_until_told, NULL);
	pthread_barrier_wait(&held);
	pid = fork();
	if (!pid)
		_exit(child());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	pthread_mutex_unlock(&waited);
	pthread_join(holder, NULL);
	assert_true(tap_lock(&lock));
	tap_unlock(&lock);
}

/* The first process of a pid namespace has the id of its parent, where that is the first of its own. */
static int with_the_same_id(int (*what)(void))
{
	pid_t child;
	int status;

	if (unshare(CLONE_NEWPID) && unshare(CLONE_NEWUSER | CLONE_NEWPID))
		return 90;
	child = fork();
	if (!child)
		_exit(getpid() == 1 ? what() : 91);
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 92;
}

static int find_it_left(void)
{
	return tap_has_lock(&lock) ? 2 : !tap_lock(&lock) ? 3 : 0;
}

static int hold_it_at_fork(void)
{
	return tap_lock(&lock) ? with_the_same_id(find_it_left) : 1;
}

static void a_child_with_its_parents_id_does_not_take_itself_for_it(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (!child)
		_exit(with_the_same_id(hold_it_at_fork));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#ifndef __SANITIZE_THREAD__
#define TRAP_FLAG 0x100
#define ENOUGH 5000 /* instructions, to find a lineage */
static volatile sig_atomic_t steps, fork_at, same_lineage;

/* After each instruction: at one of them, what is known by then must not be what a child gets. */
static void fork_here(int signal)
{
	uint32_t own;
	pid_t child;
	int status;

	(void)signal;
	steps = steps + 1;
	if (steps != fork_at)
		return;
	own = tap_lineage();
	child = fork();
	if (!child)
		_exit(tap_lineage() == own);
	if (waitpid(child, &status, 0) != child || status)
		same_lineage = 1;
}

static void set_trap_flag(bool on)
{
	uint64_t flags = __builtin_ia32_readeflags_u64();

	__builtin_ia32_writeeflags_u64(on ? flags | TRAP_FLAG : flags & ~(uint64_t)TRAP_FLAG);
}

/* 0: the next instruction, 1: there is none, 2: the child had its parent's number. */
static int find_lineage_forking_at(int step)
{
	fork_at = step;
	signal(SIGTRAP, fork_here);
	set_trap_flag(true);
	tap_lineage();
	set_trap_flag(false);
	return same_lineage ? 2 : steps < step;
}

static void a_child_forked_while_its_parent_finds_its_lineage_has_another(void **state)
{
	int status = 0, step = 0;

	(void)state;
	while (!status && step++ < ENOUGH) {
		pid_t child = fork();

		if (!child)
			_exit(find_lineage_forking_at(step));
		assert_int_equal(waitpid(child, &status, 0), child);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	assert_true(step > 10);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_is_rewarded),
		cmocka_unit_test(a_signal_handler_above_the_holder_goes_without),
		cmocka_unit_test(what_an_ended_thread_held_is_taken_over),
		cmocka_unit_test(a_child_takes_over_what_its_parent_held),
		cmocka_unit_test(a_child_with_its_parents_id_does_not_take_itself_for_it),
#ifndef __SANITIZE_THREAD__ /* which has locks of its own that such a child finds held */
		cmocka_unit_test(a_child_forked_while_its_parent_finds_its_lineage_has_another),
#endif
	};

	pthread_barrier_init(&held, NULL, 2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
