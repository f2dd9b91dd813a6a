/* SPDX-License-Identifier: MIT */
/* Established contexts out of nothing but keys, for what seals messages by them. */
#ifndef UNIT_WIRE_LUCID_H
#define UNIT_WIRE_LUCID_H

#include "shim/wire/seal.h"

enum { FIRST_ENCTYPE = 17, LAST_ENCTYPE = 20 };

/* Both ends of one, of the same two keys, which are random; both begin at this number. */
struct lucid {
	gss_krb5_lucid_context_v1_t initiator, acceptor;
	uint8_t key[32], subkey[32];
};
void lucid_make(struct lucid *lucid, uint32_t enctype, bool subkey, uint64_t number);
/* No key of it is left. */
void lucid_wipe(struct lucid *lucid);

#endif
