/* SPDX-License-Identifier: MIT */
/* The SIDs in a logon-info buffer of a PAC: the user's, those of his groups, and extra ones. */
#ifndef SHIM_GSS_SIDS_H
#define SHIM_GSS_SIDS_H

#include <stdbool.h>
#include <stddef.h>

#define TAP_SID_TEXT 192 /* S-1-, an authority and 15 more numbers of 32 bits */

/*
 * Visits them, after all of it was read and found good, until visit returns true. idle: a group that is not
 * enabled, or is there to be denied by alone. False: it is no such buffer, and nobody was visited.
 */
bool tap_sids(const void *bytes, size_t length, bool (*visit)(void *context, const char *sid, bool idle),
	      void *context);

#endif
