/* SPDX-License-Identifier: MIT */
/*
 * The groups of who comes in, as attributes of his name have them (RFC 6680). The library is asked when a
 * rule wants to know, and is not touched otherwise.
 */
#ifndef SHIM_GSS_GROUPS_H
#define SHIM_GSS_GROUPS_H

#include "shim/core/tap.h"

struct tap_groups {
	struct pol_groups pol;
	const struct tap_scope *scope;
	gss_ctx_id_t context;
	gss_name_t name;
	bool asked;
};

/*
 * They are there for facts to be judged from, until tap_groups_end: of an acceptor's context that is
 * established, in a call about it. Else nobody can tell.
 */
void tap_groups_begin(struct tap_groups *groups, const struct tap_scope *scope, gss_ctx_id_t context,
		      struct pol_facts *facts);
void tap_groups_end(struct tap_groups *groups);

#endif
