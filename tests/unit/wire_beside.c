/* SPDX-License-Identifier: MIT */
/*
 * Sealing beside what else goes on in a process: children of fork, threads that begin at once, a host that
 * has libcrypto of its own, with a configuration, errors and an end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/wire/trusted.h"
#include "tests/seal_loader.h"
#include "tests/unit/wire_lucid.h"
#include "trace/writer.h"

enum { TOKENS = 200, PLAIN = 40 };

/* Each test is in a child: what a process does first with libcrypto is what matters. */
static void in_child(void (*test)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		for (size_t i = 0; i < 4; i++) /* cmocka would go on behind the test */
			signal((const int[]){SIGSEGV, SIGBUS, SIGILL, SIGFPE}[i], SIG_DFL);
		test();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void want(bool good)
{
	if (!good)
		_exit(1);
}

static void *of_host(const char *name)
{
	void *function = dlsym(dlopen("libcrypto.so.3", RTLD_NOW), name);

	want(function);
	return function;
}
#define HOST(name) ((__typeof__(&name))of_host(#name))

static bool seals(void)
{
	struct seal from, to;
	struct lucid lucid;
	uint8_t token[PLAIN + SEAL_OVERHEAD], *plain;
	size_t length;
	bool good = true;

	for (uint32_t enctype = FIRST_ENCTYPE; good && enctype <= LAST_ENCTYPE; enctype++) {
		lucid_make(&lucid, enctype, true, 3);
		good = tap_seal_begin(&from, &lucid.initiator, 0, 0);
		good = tap_seal_begin(&to, &lucid.acceptor, 0, 0) && good;
		if (good) {
			memset(token + SEAL_HEAD, 'x', PLAIN);
			length = tap_seal_wrap(&from, token, PLAIN);
			good = length && !tap_seal_unwrap(&to, token, length, &plain, &length) &&
			       length == PLAIN && plain[0] == 'x' && plain[PLAIN - 1] == 'x';
		}
		tap_seal_end(&from);
		tap_seal_end(&to);
	}
	return good;
}

/* A context that is inherited seals on in both: its confounders are what is not the same. */
static void draw_all(const struct seal *inherited, struct seal *to, uint8_t *out)
{
	struct seal own = *inherited;

	for (int i = 0; i < TOKENS; i++) {
		uint8_t token[PLAIN + SEAL_OVERHEAD] = {0}, *plain;
		size_t length = tap_seal_wrap(&own, token, PLAIN);

		want(length && !tap_seal_unwrap(to, token, length, &plain, &length));
		memcpy(out + i * ENCRYPT_CONFOUNDER, plain - ENCRYPT_CONFOUNDER, ENCRYPT_CONFOUNDER);
	}
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, ENCRYPT_CONFOUNDER);
}

static void (*confine)(void); /* once a context is there */

static void confounders_differ(void)
{
	static uint8_t drawn[4 * TOKENS][ENCRYPT_CONFOUNDER];
	static struct seal from, to;
	struct lucid lucid;
	uint8_t token[SEAL_OVERHEAD];

	lucid_make(&lucid, 18, false, 0);
	want(tap_seal_begin(&from, &lucid.initiator, 0, 0) && tap_seal_begin(&to, &lucid.acceptor, 0, 0));
	want(tap_seal_wrap(&from, token, 0)); /* the pool is full, but for one */
	if (confine)
		confine();
	for (int child = 0; child < 3; child++) {
		int ends[2];

		want(!pipe(ends));
		if (!fork()) {
			draw_all(&from, &to, drawn[0]);
			_exit(write(ends[1], drawn, TOKENS * ENCRYPT_CONFOUNDER) < 0);
		}
		close(ends[1]);
		for (size_t have = 0; have < TOKENS * ENCRYPT_CONFOUNDER;) {
			ssize_t got = read(ends[0], drawn[child * TOKENS] + have,
					   TOKENS * ENCRYPT_CONFOUNDER - have);

			want(got > 0);
			have += (size_t)got;
		}
		close(ends[0]);
	}
	while (wait(NULL) > 0)
		;
	draw_all(&from, &to, drawn[3 * TOKENS]);
	qsort(drawn, 4 * TOKENS, ENCRYPT_CONFOUNDER, by_bytes);
	for (int i = 1; i < 4 * TOKENS; i++)
		want(memcmp(drawn[i - 1], drawn[i], ENCRYPT_CONFOUNDER));
}

static void a_child_of_fork_draws_other_confounders(void **state)
{
	(void)state;
	in_child(confounders_differ);
}

/* As a program's own filter may: to ask for random bytes is its death. */
static void forbid_random(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(*code), code};

	tr_confine();
	want(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	     !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static void confounders_differ_under_a_filter(void)
{
	struct lucid lucid;
	struct seal seal;

	lucid_make(&lucid, 18, false, 0);
	confine = forbid_random;
	confounders_differ();
	want(!tap_seal_begin(&seal, &lucid.initiator, 0, 0));
}

static void random_bytes_are_not_asked_for_under_a_filter(void **state)
{
	(void)state;
	in_child(confounders_differ_under_a_filter);
}

static pthread_barrier_t all_there;

static void *begin_at_once(void *unused)
{
	pthread_barrier_wait(&all_there);
	return seals() ? unused : NULL;
}

static void threads_begin(void)
{
	pthread_t threads[8];

	pthread_barrier_init(&all_there, NULL, 8);
	for (int i = 0; i < 8; i++)
		pthread_create(&threads[i], NULL, begin_at_once, &all_there);
	for (int i = 0; i < 8; i++) {
		void *good;

		pthread_join(threads[i], &good);
		want(good);
	}
}

static void threads_may_be_the_first_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		in_child(threads_begin);
}

/* Nothing but the null provider: so no cipher. */
static int configure(void **state)
{
	static const char text[] = "openssl_conf = all\n[all]\nproviders = these\n[these]\nnull = on\n"
				   "[on]\nactivate = 1\n";
	static int file;
	char path[40];

	file = memfd_create("openssl.cnf", 0);
	*state = &file;
	if (file < 0 || write(file, text, sizeof(text) - 1) < 0)
		return 1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return setenv("OPENSSL_CONF", path, 1);
}

static int unconfigure(void **state)
{
	close(*(int *)*state);
	return unsetenv("OPENSSL_CONF");
}

static bool host_has_ciphers(void)
{
	EVP_CIPHER *cipher = HOST(EVP_CIPHER_fetch)(NULL, "AES-128-CBC", NULL);

	HOST(EVP_CIPHER_free)(cipher);
	return cipher;
}

static void host_first(void)
{
	want(!host_has_ciphers());
	want(seals());
	want(!host_has_ciphers());
}

static void host_second(void)
{
	want(seals());
	want(!host_has_ciphers());
	want(seals());
}

static void a_configuration_is_the_hosts_alone_and_stays_it(void **state)
{
	(void)state;
	in_child(host_first);
	in_child(host_second);
}

static void leaves_errors(void)
{
	unsigned long code;

	HOST(ERR_new)();
	HOST(ERR_set_error)(ERR_LIB_USER, 77, NULL);
	code = HOST(ERR_peek_last_error)();
	want(code);
	errno = 4711;
	dlsym(RTLD_DEFAULT, "no_such_name_anywhere");
	want(seals());
	want(errno == 4711);
	want(HOST(ERR_peek_last_error)() == code);
	want(HOST(ERR_get_error)() == code && !HOST(ERR_get_error)());
}

static void keeps_the_loaders_error(void)
{
	const char *text;

	dlsym(RTLD_DEFAULT, "no_such_name_anywhere");
	want(tap_crypto());
	text = dlerror();
	want(text && strstr(text, "no_such_name_anywhere"));
}

static void errors_of_the_host_stay_as_they_are(void **state)
{
	(void)state;
	in_child(leaves_errors);
	in_child(keeps_the_loaders_error);
}

static atomic_bool ends;
static atomic_int at_work;

static void *seal_on(void *unused)
{
	while (!ends) {
		if (!seals())
			break;
		at_work++;
	}
	return unused;
}

static void *draw_on(void *shared)
{
	uint8_t token[SEAL_OVERHEAD];

	while (tap_seal_wrap(shared, token, 0))
		at_work++;
	return NULL;
}

/* The host's libcrypto frees its globals while threads of ours are at work: they may fail, and no more. */
static void exits_meanwhile(void)
{
	static struct seal seal[2];
	struct lucid lucid;
	pthread_t thread;

	want(host_has_ciphers()); /* so that it ends itself at exit */
	lucid_make(&lucid, 18, false, 0);
	for (int i = 0; i < 2; i++) {
		want(tap_seal_begin(&seal[i], &lucid.initiator, 0, 0));
		pthread_create(&thread, NULL, draw_on, &seal[i]);
	}
	pthread_create(&thread, NULL, seal_on, NULL);
	while (at_work < 100)
		sched_yield();
	exit(0);
}

static void begins_after_the_end(void)
{
	struct lucid lucid;
	struct seal seal;
	uint8_t token[SEAL_OVERHEAD];

	want(host_has_ciphers());
	lucid_make(&lucid, 20, false, 0);
	want(tap_seal_begin(&seal, &lucid.initiator, 0, 0));
	HOST(OPENSSL_cleanup)();
	for (int i = 0; i < 200; i++)
		tap_seal_wrap(&seal, token, 0);
	seals();
	tap_seal_end(&seal);
}

static void the_end_of_the_hosts_libcrypto_is_survived(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		in_child(exits_meanwhile);
	in_child(begins_after_the_end);
}

static void what_cannot_be_sealed_is_refused(void **state)
{
	struct lucid lucid;
	struct seal seal;

	(void)state;
	for (int i = 0; i < 6; i++) {
		lucid_make(&lucid, 18, true, 0);
		lucid.initiator.version += i == 1;
		lucid.initiator.protocol -= i == 2;
		lucid.initiator.cfx_kd.ctx_key.type = i == 3 ? 23 : 18;
		lucid.initiator.cfx_kd.acceptor_subkey.type = i == 4 ? 16 : 18;
		lucid.initiator.cfx_kd.acceptor_subkey.length = i == 5 ? 16 : 32;
		assert_int_equal(tap_seal_begin(&seal, &lucid.initiator, 0, 0), i == 0);
		tap_seal_end(&seal);
		assert_null(seal.crypto);
	}
}

/* First of all, as all others are in children: nothing of libcrypto is here before. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_of_fork_draws_other_confounders),
		cmocka_unit_test(random_bytes_are_not_asked_for_under_a_filter),
		cmocka_unit_test(threads_may_be_the_first_at_once),
		cmocka_unit_test_setup_teardown(a_configuration_is_the_hosts_alone_and_stays_it, configure,
						unconfigure),
		cmocka_unit_test(errors_of_the_host_stay_as_they_are),
		cmocka_unit_test(the_end_of_the_hosts_libcrypto_is_survived),
		cmocka_unit_test(what_cannot_be_sealed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
