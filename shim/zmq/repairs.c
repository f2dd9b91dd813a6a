/* SPDX-License-Identifier: MIT */
/* See repairs.h. */
#include "shim/zmq/repairs.h"

unsigned tap_repairs_wanted(void)
{
	static unsigned wanted; /* and a bit that says so; the policy stays the same */
	unsigned known = POL_REPAIR_ALL + 1, found = __atomic_load_n(&wanted, __ATOMIC_RELAXED);

	if (__builtin_expect(!found, 0)) {
		found = known | (pol_says_zmq(&tap_policy) ? pol_repairs(&tap_policy) : 0);
		__atomic_store_n(&wanted, found, __ATOMIC_RELAXED);
	}
	return found & ~known;
}

void tap_tell_repair(const char *repair, const void *socket, const char *endpoint, const char *peer,
		     const char *reason)
{
	struct tr_draft *d = tr_begin(TR_E_repair);

	if (!d)
		return;
	tr_put_text(d, TR_F_REPAIR, repair);
	tap_put_handle(d, TR_F_SOCKET, socket);
	if (endpoint)
		tr_put_text(d, TR_F_ENDPOINT, endpoint);
	if (peer && *peer)
		tr_put_text(d, TR_F_PEER, peer);
	tr_put_text(d, TR_F_REASON, reason);
	d->comment = reason;
	tr_commit(d);
}
