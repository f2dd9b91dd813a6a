/* SPDX-License-Identifier: MIT */
/* See wire_lucid.h. */
#include "tests/unit/wire_lucid.h"

#include <string.h>
#include <sys/random.h>

static gss_krb5_lucid_key_t key_of(uint32_t enctype, uint8_t *bytes)
{
	return (gss_krb5_lucid_key_t){enctype, enctype % 2 ? 16 : 32, bytes};
}

void lucid_make(struct lucid *lucid, uint32_t enctype, bool subkey, uint64_t number)
{
	memset(lucid, 0, sizeof(*lucid));
	if (getrandom(lucid->key, sizeof(lucid->key), 0) < 0 ||
	    getrandom(lucid->subkey, sizeof(lucid->subkey), 0) < 0)
		__builtin_trap();
	lucid->initiator = (gss_krb5_lucid_context_v1_t){
		.version = 1, .initiate = 1, .send_seq = number, .recv_seq = number, .protocol = 1};
	lucid->initiator.cfx_kd.ctx_key = key_of(enctype, lucid->key);
	if (subkey) {
		lucid->initiator.cfx_kd.have_acceptor_subkey = 1;
		lucid->initiator.cfx_kd.acceptor_subkey = key_of(enctype, lucid->subkey);
	}
	lucid->acceptor = lucid->initiator;
	lucid->acceptor.initiate = 0;
}

void lucid_wipe(struct lucid *lucid)
{
	explicit_bzero(lucid, sizeof(*lucid));
}
