/* SPDX-License-Identifier: MIT */
/*
 * One service ticket, fetched as libzmq will: a first token is made and thrown away, and what stays is the
 * ticket in the program's cache (from a client keytab, too).
 *
 * The thread that does this is inside other people's libraries, which end themselves when the process exits.
 * So it says when it is among them, and where it may stay for long (a KDC, a name server) it waits in our own
 * functions, from which it does not go back among them once the process is about to end.
 */
#include "shim/loader/newcomers.h"
#include "shim/inject/fetch.h"
#include "shim/inject/renew.h"
#include "shim/loader/elf.h"
#include "shim/loader/objects.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <netdb.h>
#include <poll.h>
#include <resolv.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#undef p_type	     /* <resolv.h> takes the name of a member in <elf.h> */
#define PATIENCE_S 1 /* at exit, for a look-up that is neither at a KDC nor at a name server */

static int among;   /* the thread is among the libraries, and not waiting in a function of ours */
static bool ending; /* it is not to go there any more */
static __thread bool fetching;

/* For ever: what it holds it would hold waiting, too, and the process is about to end. */
static void park(void)
{
	for (;;)
		syscall(SYS_pause);
}

static void leave(void)
{
	int saved = errno;

	__atomic_store_n(&among, 0, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&ending, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &among, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
	errno = saved;
}

static void enter(void)
{
	__atomic_store_n(&among, 1, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&ending, __ATOMIC_SEQ_CST))
		return;
	leave();
	park();
}

#define WAITS(function, parameters, arguments)                                                               \
	static int waits_in_##function parameters                                                            \
	{                                                                                                    \
		int result;                                                                                  \
                                                                                                             \
		if (!fetching)                                                                               \
			return function arguments;                                                           \
		leave();                                                                                     \
		result = function arguments;                                                                 \
		enter();                                                                                     \
		return result;                                                                               \
	}

WAITS(poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
WAITS(getaddrinfo,
      (const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found),
      (node, service, hints, found))
WAITS(res_nsearch, (res_state state, const char *name, int class, int type, unsigned char *answer, int size),
      (state, name, class, type, answer, size))

/* Declared by <poll.h> only where it is compiled with _FORTIFY_SOURCE; libc has it always. */
extern int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size);

static int waits_in_poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size)
{
	return size / sizeof(*fds) < count ? __poll_chk(fds, count, timeout, size)
					   : waits_in_poll(fds, count, timeout);
}

static void point(const struct tap_object *object, const char *name, void *to)
{
	void **slot = tap_elf_slot(object->bias, object->dynamic, name);

	if (slot && *slot != to)
		tap_point_slot(slot, to);
}

static bool point_waits(const struct tap_object *object, void *unused)
{
	const char *soname = tap_elf_soname(object->bias, object->dynamic);

	(void)unused;
	if (soname && !strcmp(soname, "libkrb5.so.3")) {
		point(object, "poll", waits_in_poll);
		point(object, "__poll_chk", waits_in_poll_chk);
		point(object, "res_nsearch", waits_in_res_nsearch);
	} else if (soname && !strcmp(soname, "libkrb5support.so.0")) {
		point(object, "getaddrinfo", waits_in_getaddrinfo);
	}
	return false;
}

static gss_name_t import(const struct tap_scope *scope, const char *text, enum pol_nametype type)
{
	static gss_OID_desc hostbased = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"};
	static gss_OID_desc user = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x01"};
	static gss_OID_desc principal = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01"};
	__typeof__(&gss_import_name) import_name = TAP_OTHER(scope, gss_import_name);
	gss_buffer_desc buffer = {strlen(text), (void *)text};
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor;

	if (import_name)
		import_name(&minor, &buffer,
			    type == POL_NT_KRB5_PRINCIPAL ? &principal
			    : type == POL_NT_USER_NAME	  ? &user
							  : &hostbased,
			    &name);
	return name;
}

static OM_uint32 fetch(const struct tap_wanted_ticket *s, char reason[TAP_TEXT])
{
	static gss_OID_desc krb5 = {9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
	struct tap_scope scope = {.caller = s->caller};
	__typeof__(&gss_acquire_cred) acquire = TAP_OTHER(&scope, gss_acquire_cred);
	__typeof__(&gss_init_sec_context) init = TAP_OTHER(&scope, gss_init_sec_context);
	__typeof__(&gss_delete_sec_context) delete = TAP_OTHER(&scope, gss_delete_sec_context);
	__typeof__(&gss_release_cred) release_cred = TAP_OTHER(&scope, gss_release_cred);
	__typeof__(&gss_release_name) release_name = TAP_OTHER(&scope, gss_release_name);
	__typeof__(&gss_release_buffer) release = TAP_OTHER(&scope, gss_release_buffer);
	gss_name_t target = import(&scope, s->name, s->type), own = GSS_C_NO_NAME;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	gss_buffer_desc token = {0, NULL};
	OM_uint32 major, minor, ignored, lifetime = 0;

	tap_copy(reason, TAP_TEXT, "the GSSAPI library lacks a function");
	if (!acquire || !init || !delete || !release_cred || !release_name || !release || !target)
		return 0;
	if (s->principal[0])
		own = import(&scope, s->principal, s->principal_type);
	major = acquire(&minor, own, GSS_C_INDEFINITE, GSS_C_NO_OID_SET, GSS_C_INITIATE, &cred, NULL, NULL);
	if (major == GSS_S_COMPLETE)
		major = init(&minor, cred, &context, target, &krb5, 0, 0, GSS_C_NO_CHANNEL_BINDINGS,
			     GSS_C_NO_BUFFER, NULL, &token, NULL, &lifetime);
	if (GSS_ERROR(major))
		tap_minor_text(&scope, minor, &krb5, reason);
	else if (!lifetime)
		lifetime =
			3600; /* not told before the context is complete: it is looked at again soon enough */
	release(&ignored, &token);
	if (context != GSS_C_NO_CONTEXT)
		delete (&ignored, &context, GSS_C_NO_BUFFER);
	if (cred != GSS_C_NO_CREDENTIAL)
		release_cred(&ignored, &cred);
	if (own != GSS_C_NO_NAME)
		release_name(&ignored, &own);
	release_name(&ignored, &target);
	return GSS_ERROR(major) ? 0 : lifetime;
}

OM_uint32 tap_fetch(const struct tap_wanted_ticket *wanted, OM_uint32 renew_below, char reason[TAP_TEXT])
{
	OM_uint32 lifetime, renewed = 0;

	/* Each time, since a library that was unloaded and comes back has slots of its own again. */
	tap_walk(point_waits, NULL);
	fetching = true;
	enter();
	lifetime = fetch(wanted, reason);
	if (lifetime && lifetime <= renew_below)
		renewed = tap_renew(wanted->principal, wanted->principal_type, wanted->name, wanted->type);
	leave();
	fetching = false;
	return renewed > lifetime ? renewed : lifetime;
}

void tap_fetch_end(void)
{
	struct timespec until, now;

	__atomic_store_n(&ending, true, __ATOMIC_SEQ_CST);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_S;
	while (__atomic_load_n(&among, __ATOMIC_SEQ_CST)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > until.tv_sec || (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec))
			break;
		syscall(SYS_futex, &among, FUTEX_WAIT_BITSET_PRIVATE, 1, &until, NULL,
			FUTEX_BITSET_MATCH_ANY);
	}
}

void tap_fetch_anew(void)
{
	among = 0;
	ending = false;
}
