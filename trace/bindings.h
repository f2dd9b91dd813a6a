/* SPDX-License-Identifier: MIT */
/*
 * What channel bindings are bound to: IANA's registry of channel binding types. The kind stands before the
 * first colon of the application data (RFC 5056, section 2.1), and is all of it that a trace has beside
 * length and hash: what comes after may be a secret of the channel. The numbers are written into traces and
 * are never reused.
 */
#ifndef TR_BINDINGS_H
#define TR_BINDINGS_H

#include <stddef.h>
#include <string.h>

static const char *const tr_bindings_kinds[] = {
	NULL,			 /* none of these */
	"tls-unique",		 /* RFC 5929, section 3 */
	"tls-server-end-point",	 /* RFC 5929, section 4 */
	"tls-unique-for-telnet", /* RFC 5929, section 5 */
	"tls-exporter",		 /* RFC 9266 */
};

/* The kind that data of `length` bytes begins with, and a colon after it; 0: none of these. */
static inline unsigned tr_bindings_kind(const void *data, size_t length)
{
	for (unsigned kind = 1; kind < sizeof(tr_bindings_kinds) / sizeof(tr_bindings_kinds[0]); kind++) {
		size_t name = strlen(tr_bindings_kinds[kind]);

		if (length > name && !memcmp(data, tr_bindings_kinds[kind], name) &&
		    ((const char *)data)[name] == ':')
			return kind;
	}
	return 0;
}

#endif
