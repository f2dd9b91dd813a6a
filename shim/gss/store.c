/* SPDX-License-Identifier: MIT */
/*
 * See store.h. The library writes the cache, into a directory that nobody else can reach, and then it takes
 * its place by rename: whoever reads it has the old one or the new one, and no link that lies there is
 * followed. The directory that is to hold it is one that others cannot change, or a sticky one.
 */
#include "shim/gss/store.h"
#include "shim/core/program.h"
#include "shim/gss/context.h"
#include "shim/gss/gss.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat */
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PATH_MOST 640
#define TYPE "FILE:"

/* One cache on its way. */
struct put {
	char path[PATH_MOST]; /* with its type */
	char *name;	      /* the last part of that */
	int directory;
	char own[32]; /* the directory of our own in it */
	const char *why;
};

static struct pol_facts facts_of(const struct context *c, struct pol_process *process)
{
	struct pol_facts facts = c->facts.pol;

	*process = tap_program(TAP_POLICY(pol_judges_user));
	facts.process = process;
	return facts;
}

/* The directory is opened once: what is looked at is what is written to. */
static bool open_place(struct put *put, const char *template, const char *principal)
{
	uint32_t user = (uint32_t)geteuid();
	struct utsname host;
	struct pol_values values = {.principal = principal, .user = &user};
	struct stat st;

	put->directory = -1;
	put->why = "the name of the cache cannot be made";
	if (!uname(&host))
		values.host = host.nodename;
	if (pol_expand_by(template, &values, put->path, sizeof(put->path) - 64))
		return false;
	put->name = strrchr(put->path, '/') + 1;
	put->name[-1] = 0;
	put->directory =
		(int)syscall(SYS_openat, AT_FDCWD, put->path[strlen(TYPE)] ? put->path + strlen(TYPE) : "/",
			     O_PATH | O_DIRECTORY | O_CLOEXEC);
	put->name[-1] = '/';
	put->why = "the directory of the cache cannot be opened";
	if (put->directory < 0 || fstat(put->directory, &st))
		return false;
	put->why = "others may change what is in the directory of the cache";
	errno = 0;
	return (st.st_uid == user || !st.st_uid) && (!(st.st_mode & 022) || st.st_mode & S_ISVTX);
}

static void close_place(struct put *put)
{
	if (put->directory >= 0)
		syscall(SYS_close, put->directory);
}

static bool make_own(struct put *put)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t random[8] = {0};
	char *at = stpcpy(put->own, ".gsstap-");

	put->why = "no directory can be made beside the cache";
	if (getrandom(random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++) {
		*at++ = digits[random[i] >> 4];
		*at++ = digits[random[i] & 15];
	}
	*at = 0;
	return !mkdirat(put->directory, put->own, 0700);
}

/* What the library is to write, DIRECTORY/.gsstap-X/cc, or that without the directory. */
static void inner(const struct put *put, bool whole, char out[PATH_MOST])
{
	tap_copy(out, PATH_MOST, put->path);
	out[whole ? put->name - put->path : 0] = 0;
	tap_append(out, PATH_MOST, put->own);
	tap_append(out, PATH_MOST, "/cc");
}

static __attribute__((noinline)) OM_uint32 write_cache(const struct tap_scope *scope, struct put *put,
						       gss_cred_id_t cred, OM_uint32 *minor)
{
	__typeof__(&gss_store_cred_into) store = TAP_OTHER(scope, gss_store_cred_into);
	char place[PATH_MOST];
	gss_key_value_element_desc element = {"ccache", place};
	gss_key_value_set_desc set = {1, &element};
	OM_uint32 major = GSS_S_UNAVAILABLE;

	inner(put, true, place);
	put->why = NULL;
	*minor = 0;
	tap_quiet_begin();
	if (store)
		major = store(minor, cred, GSS_C_INITIATE, GSS_C_NO_OID, 1, 0, &set, NULL, NULL);
	tap_quiet_end();
	return major;
}

/* Into its place, for nobody else to read. */
static __attribute__((noinline)) bool move(struct put *put, struct stat *st)
{
	char from[PATH_MOST];

	inner(put, false, from);
	put->why = "the library has not written the cache as it should be";
	errno = 0;
	if (fstatat(put->directory, from, st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st->st_mode) ||
	    st->st_uid != geteuid() || (st->st_mode & 07777) != 0600)
		return false;
	put->why = "the cache cannot be put into its place";
	return !renameat(put->directory, from, put->directory, put->name);
}

static __attribute__((noinline)) void clear(const struct put *put)
{
	char from[PATH_MOST];

	inner(put, false, from);
	unlinkat(put->directory, from, 0);
	unlinkat(put->directory, put->own, AT_REMOVEDIR);
}

/* As the call that it is, though the program has not made it. */
static void tell(const struct tap_scope *scope, const struct put *put, const char *principal, OM_uint32 major,
		 OM_uint32 minor, int error)
{
	struct tap_scope made = *scope;
	struct tr_draft *d;
	size_t group;

	made.call = TR_gss_store_cred_into;
	made.record = tr_level == TR_LEVEL_OFF ? TAP_RECORD_NOT : TAP_RECORD;
	errno = error;
	d = tap_gss_event(&made, major, &minor, GSS_C_NO_OID);
	if (!d)
		return;
	tr_put_text(d, TR_F_NAME, principal);
	group = tr_group_begin(d, TR_F_CRED_STORE);
	tr_put_text(d, TR_F_KEY, "ccache");
	if (put->path[0])
		tr_put_text(d, TR_F_VALUE_TEXT, put->path);
	tr_group_end(d, group);
	if (GSS_ERROR(major))
		tr_put_text(d, TR_F_REASON, put->why);
	tr_commit(d);
}

static bool store(const struct tap_scope *scope, struct put *put, gss_cred_id_t cred, OM_uint32 *major,
		  OM_uint32 *minor, struct stat *st)
{
	bool done;

	if (!make_own(put))
		return false;
	*major = write_cache(scope, put, cred, minor);
	done = !GSS_ERROR(*major) && move(put, st);
	if (!done) {
		int error = errno;

		clear(put);
		errno = error;
		return false;
	}
	unlinkat(put->directory, put->own, AT_REMOVEDIR);
	return true;
}

static __attribute__((noinline)) void put_away(const struct pol *policy, const struct tap_scope *scope,
					       struct context *c, const struct pol_facts *facts,
					       const char *template, gss_cred_id_t cred)
{
	OM_uint32 major = GSS_S_COMPLETE, minor = 0;
	struct stat st = {0};
	struct put put;
	bool done;
	int error;

	errno = 0;
	done = open_place(&put, template, facts->initiator.text) &&
	       store(scope, &put, cred, &major, &minor, &st);
	error = errno;
	if (done && pol_store_ends(policy, facts)) {
		c->stored_device = st.st_dev;
		c->stored_file = st.st_ino;
		c->stored_by = tap_lineage();
	}
	close_place(&put);
	tell(scope, &put, facts->initiator.text, done || GSS_ERROR(major) ? major : GSS_S_FAILURE, minor,
	     error);
}

static __attribute__((noinline)) void keep_nothing(const struct tap_scope *scope,
						   const struct pol_verdict *verdict, const char *principal)
{
	struct put put = {.why = verdict->reason};

	if (!verdict->audit)
		tell(scope, &put, principal, GSS_S_FAILURE, 0, 0);
}

void tap_store_delegated(const struct tap_scope *scope, const struct tap_handshake *step, gss_cred_id_t cred)
{
	struct pol_process process;
	struct pol_verdict verdict;
	struct pol_facts facts;
	const char *template = NULL;
	const struct pol *policy;
	int saved = errno;

	if (!tap_stores(scope) || step->part || step->refused || step->strip || !step->c ||
	    !tap_is_complete(step->major) || cred == GSS_C_NO_CREDENTIAL)
		return;
	facts = facts_of(step->c, &process);
	policy = tap_policy_take();
	switch (pol_judge_store(policy, &facts, &template, &verdict)) {
	case POL_ALLOW:
		break;
	case POL_CHANGE:
		if (!verdict.audit)
			put_away(policy, scope, step->c, &facts, template, cred);
		break;
	default:
		keep_nothing(scope, &verdict, facts.initiator.text);
	}
	tap_policy_give(policy);
	errno = saved;
}

void tap_store_ends(const struct context *c)
{
	struct pol_process process;
	struct pol_verdict verdict;
	struct pol_facts facts;
	const char *template = NULL;
	struct put put;
	struct stat st;
	const struct pol *policy;
	int saved = errno;

	if (!c->stored_file || c->stored_by != tap_lineage())
		return;
	facts = facts_of(c, &process);
	policy = tap_policy_take();
	if (pol_judge_store(policy, &facts, &template, &verdict) == POL_CHANGE) {
		if (open_place(&put, template, facts.initiator.text) &&
		    !fstatat(put.directory, put.name, &st, AT_SYMLINK_NOFOLLOW) &&
		    st.st_dev == c->stored_device && st.st_ino == c->stored_file)
			unlinkat(put.directory, put.name, 0);
		close_place(&put);
	}
	tap_policy_give(policy);
	errno = saved;
}
