/* SPDX-License-Identifier: MIT */
/*
 * What gss_inquire_sec_context_by_oid may be asked for that is a key: the identifiers that are known, of MIT
 * and of Heimdal, also where an arc follows. Keys are among what can be asked for by more than can be listed.
 */
#ifndef TR_KEYS_H
#define TR_KEYS_H

#include <stddef.h>
#include <string.h>

enum tr_key { TR_KEY_NONE = 0, TR_KEY_ALONE, TR_KEY_LUCID /* with all that is needed to use it */ };

/* oid: the DER body of an object identifier. */
static inline enum tr_key tr_key_asked(const void *oid, size_t length)
{
	static const struct {
		unsigned length;
		const char *bytes;
		enum tr_key key;
	} keys[] = {
		{11, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x06", TR_KEY_LUCID},
		{11, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x05", TR_KEY_ALONE}, /* of SSPI */
		{11, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x10", TR_KEY_ALONE}, /* of NegoEx */
		{11, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x11", TR_KEY_ALONE}, /* the same, to verify */
		{6, "\x2a\x85\x70\x2b\x0d\x06", TR_KEY_LUCID},
		{6, "\x2a\x85\x70\x2b\x0d\x08", TR_KEY_ALONE}, /* the subkey */
		{6, "\x2a\x85\x70\x2b\x0d\x09", TR_KEY_ALONE}, /* the initiator's */
		{6, "\x2a\x85\x70\x2b\x0d\x0a", TR_KEY_ALONE}, /* the acceptor's */
		{6, "\x2a\x85\x70\x2b\x0d\x0d", TR_KEY_ALONE}, /* the service's */
	};

	for (size_t i = 0; oid && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (length >= keys[i].length && !memcmp(oid, keys[i].bytes, keys[i].length))
			return keys[i].key;
	return TR_KEY_NONE;
}

#endif
