/* SPDX-License-Identifier: MIT */
/*
 * What ends soon, told ahead: the ticket of a context that is there, once for all contexts of the same
 * tickets; and a keytab that has become another file since a ticket was opened with its key. All of it is
 * for the trace alone, and noticed by who calls GSSAPI (notice.h) or has connections of libzmq's.
 */
#include "shim/core/lock.h"
#include "shim/core/notice.h"
#include "shim/core/record.h"
#include "shim/core/text.h"
#include "shim/gss/context.h"
#include "shim/gss/guest.h"
#include "shim/core/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECOND_NS 1000000000u
#define LOOKS_NS (10 * (uint64_t)SECOND_NS) /* between two looks at keytabs */
#define TOLD 512
#define KEYTABS 4

static const struct tap_scope no_call;

/* --- tickets */

static uint64_t told[TOLD]; /* hashes of whose, and until when */

/* FNV-1a; 0 is nobody's. */
static uint64_t hash_of(const struct pol_facts *facts)
{
	const char *text = facts->initiator.text ? facts->initiator.text : "";
	uint64_t hash = 14695981039346656037u ^ (uint64_t)facts->role ^ (uint64_t)facts->ticket_endtime << 8;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash | 1;
}

static bool is_told(const struct pol_facts *facts)
{
	uint64_t hash = hash_of(facts);

	return __atomic_exchange_n(&told[(hash >> 1) % TOLD], hash, __ATOMIC_RELAXED) == hash;
}

static void tell_ticket(const struct context *c, int64_t left)
{
	const struct tap_gss_guest *guest = tap_gss_guest();
	const struct pol_facts *facts = &c->facts.pol;
	const void *other = guest ? guest->stands_for() : NULL;
	struct tr_draft *d = is_told(facts) ? NULL : tap_event(&no_call, TR_E_expires);

	if (!d)
		return;
	d->comment = "a ticket that is in use ends soon";
	tr_put_text(d, TR_F_WHAT, "ticket");
	tr_put_u32(d, TR_F_ROLE, c->role);
	tap_put_handle(d, TR_F_CONTEXT, other ? other : c->handle);
	tr_put_text(d, TR_F_INITIATOR, facts->initiator.text);
	tr_put_text(d, TR_F_ACCEPTOR, facts->acceptor.text);
	tr_put_u64(d, TR_F_ENDTIME, (uint64_t)facts->ticket_endtime);
	tr_put_u32(d, TR_F_LIFETIME, left > 0 ? (uint32_t)left : 0);
	if (c->role == TR_ROLE_INITIATOR)
		tr_put_text(d, TR_F_CCACHE, facts->store.text);
	if (c->hashed)
		tr_put(d, TR_F_HANDSHAKE, c->first_hash, sizeof(c->first_hash));
	tr_commit(d);
}

/* Seconds until it ends, by the clock that people set. */
static int64_t left_of(const struct context *c)
{
	return c->facts.pol.ticket_endtime - (int64_t)(tr_now() / SECOND_NS);
}

/* --- keytabs */

struct file {
	uint64_t device, number, size;
	struct timespec modified;
	int error;
};

static struct keytab {
	char name[TAP_NAME]; /* with its type; "": the place is free */
	char acceptor[TAP_NAME];
	uint32_t kvno;
	struct file file;
} keytabs[KEYTABS];
static struct tap_lock lock;
static uint64_t next_look;

static struct file identify(const char *name)
{
	struct stat st;
	struct file is;

	memset(&is, 0, sizeof(is));
	if (syscall(SYS_newfstatat, AT_FDCWD, name + strlen("FILE:"), &st, 0)) {
		is.error = errno;
		return is;
	}
	is.device = st.st_dev;
	is.number = st.st_ino;
	is.size = (uint64_t)st.st_size;
	is.modified = st.st_mtim;
	return is;
}

/* Locked. The one of this name, or a free place; NULL: there is none. */
static struct keytab *place_of(const char *name)
{
	for (struct keytab *k = keytabs; k < keytabs + KEYTABS; k++)
		if (!*k->name || !strcmp(k->name, name))
			return k;
	return NULL;
}

/* A ticket was opened with a key of it. */
static void follow_keytab(const struct pol_facts *facts)
{
	const char *name = facts->store.text;
	struct keytab *k;

	if (!name || !facts->store.whole || strncmp(name, "FILE:/", 6) || tr_confined ||
	    !tap_lock_soon(&lock))
		return;
	k = place_of(name);
	if (k && !*k->name) {
		k->file = identify(name);
		tap_copy(k->name, sizeof(k->name), name);
	}
	if (k) {
		k->kvno = facts->kvno;
		tap_copy(k->acceptor, sizeof(k->acceptor), facts->acceptor.text ? facts->acceptor.text : "");
	}
	if (!next_look)
		__atomic_store_n(&next_look, tap_coarse_ns() + LOOKS_NS, __ATOMIC_RELAXED);
	tap_unlock(&lock);
}

static void tell_keytab(const struct keytab *k)
{
	struct tr_draft *d = tap_event(&no_call, TR_E_expires);

	if (!d)
		return;
	tr_put_text(d, TR_F_WHAT, "keytab");
	tr_put_text(d, TR_F_KEYTAB, k->name);
	tr_put_text(d, TR_F_ACCEPTOR, *k->acceptor ? k->acceptor : NULL);
	tr_put_u32(d, TR_F_KVNO, k->kvno);
	d->comment = k->file.error
			     ? "the keytab cannot be read any more: tickets are opened with its keys"
			     : "the keytab is another file now: tickets for a key that it does not have "
			       "any more cannot be opened";
	tr_put_text(d, TR_F_REASON, d->comment);
	tr_commit(d);
}

static void look_at_keytabs(void)
{
	const uint64_t now = tap_coarse_ns();
	struct file is;

	if (!__atomic_load_n(&next_look, __ATOMIC_RELAXED) || tr_level == TR_LEVEL_OFF || tr_confined ||
	    !tap_lock_soon(&lock))
		return;
	if (now >= next_look) {
		next_look = now + LOOKS_NS;
		for (struct keytab *k = keytabs; k < keytabs + KEYTABS && *k->name; k++) {
			is = identify(k->name);
			if (!memcmp(&is, &k->file, sizeof(is)))
				continue;
			k->file = is;
			tell_keytab(k);
		}
	}
	tap_unlock(&lock);
}

void tap_expires_look(void)
{
	int saved = errno;

	look_at_keytabs();
	errno = saved;
}

/* --- both */

/* The clock may have been set since, or the machine have slept: what is too early is put off. */
static uint64_t when_of(const struct context *c, uint64_t now)
{
	int64_t ahead = left_of(c) - (int64_t)TAP_POLICY(pol_expires_ahead);

	return ahead > 0 ? now + (uint64_t)ahead * SECOND_NS : now;
}

static void notice(void)
{
	struct context *copy = tap_context_new();
	uint64_t now = tap_coarse_ns(), next = 0;
	unsigned bucket = 0;
	int saved = errno;

	while (copy && tap_context_expiring(&bucket, now, &next, copy))
		tell_ticket(copy, left_of(copy));
	if (copy)
		tap_context_free(copy);
	tap_notice_at(next);
	errno = saved;
}

void tap_expires_follow(struct context *c)
{
	const struct pol_facts *facts = &c->facts.pol;
	int saved = errno;

	if (tr_level == TR_LEVEL_OFF || !facts->ticket_endtime || !c->role)
		return;
	__atomic_store_n(&tap_notice, notice, __ATOMIC_RELEASE);
	c->expires = when_of(c, tap_coarse_ns());
	if (!c->guests)
		tap_notice_at(c->expires);
	if (c->role == TR_ROLE_ACCEPTOR)
		follow_keytab(facts);
	errno = saved;
}

uint64_t tap_expires_guests(struct context *kept, gss_ctx_id_t handle)
{
	struct context *copy;
	uint64_t now = tap_coarse_ns(), next = 0;

	if (tr_level == TR_LEVEL_OFF)
		return 0;
	if (kept) {
		if (!kept->expires || now < kept->expires)
			return kept->expires;
		kept->expires = 0;
		tell_ticket(kept, left_of(kept));
		return 0;
	}
	copy = tap_context_new();
	if (copy && tap_context_guest_expiring(handle, now, &next, copy))
		tell_ticket(copy, left_of(copy));
	if (copy)
		tap_context_free(copy);
	return next;
}
