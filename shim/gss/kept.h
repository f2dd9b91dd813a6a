/* SPDX-License-Identifier: MIT */
/*
 * A context whose messages pass without the library is kept as what its events need, and the policy: the
 * library's own, some kilobytes, can be deleted. Who keeps one is alone with it.
 */
#ifndef SHIM_KEPT_H
#define SHIM_KEPT_H

#include "shim/core/ending.h"
#include "shim/core/tap.h"

/* Out of the table, which may see its handle again. NULL: nobody follows it. */
struct context *tap_keep(gss_ctx_id_t context);
/* As tap_context_name and tap_context_count. */
void tap_kept_name(const struct context *kept, struct tr_draft *draft);
void tap_kept_count(struct context *kept, bool outbound, size_t bytes);
/* A guest's context, kept or, where that is NULL, of this handle, is still open when the process ends. */
void tap_guest_context_ends(struct context *kept, gss_ctx_id_t handle, enum tap_end end);
/* Why the same one is to be ended, by its age or by a policy that has come since it was judged last, which is
 * recorded; NULL: it goes on, and *ends is when to ask again, by tap_age_clock (0: at no time). That its
 * ticket ends soon is recorded as well. */
const char *tap_guest_context_forbidden(struct context *kept, gss_ctx_id_t handle, uint64_t *ends);
/* It is over, and freed. */
void tap_kept_went(struct context *kept);

#endif
