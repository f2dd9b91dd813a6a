/* SPDX-License-Identifier: MIT */
/* See kept.h. */
#include "shim/gss/kept.h"

#include "shim/gss/context.h"
#include "shim/gss/handshake.h"

struct context *tap_keep(gss_ctx_id_t context)
{
	struct context *c = tap_context_take(context);

	if (!c || tr_level != TR_LEVEL_OFF || tap_has_policy)
		return c;
	tap_context_free(c);
	return NULL;
}

void tap_kept_name(const struct context *kept, struct tr_draft *draft)
{
	tap_context_put(kept, draft);
}

void tap_kept_count(struct context *kept, bool outbound, size_t bytes)
{
	tap_context_carried(kept, outbound, bytes);
}

void tap_kept_went(struct context *kept)
{
	static const struct tap_scope no_call;

	tap_context_went(&no_call, kept);
}

void tap_guest_context_ends(struct context *kept, gss_ctx_id_t handle, enum tap_end end)
{
	struct context *copy = tr_level != TR_LEVEL_OFF ? tap_context_new() : NULL;

	if (copy && tap_context_guests(kept, handle, copy))
		tap_context_tell_open(copy, end);
	if (copy)
		tap_context_free(copy);
}
