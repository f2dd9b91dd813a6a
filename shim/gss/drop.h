/* SPDX-License-Identifier: MIT */
/*
 * What the library made and the caller is not to have, or what was made to be asked: given back to the
 * library, in silence, and emptied. A NULL pointer and what is empty already are left alone.
 */
#ifndef SHIM_GSS_DROP_H
#define SHIM_GSS_DROP_H

#include "shim/core/tap.h"

void tap_drop_token(const struct tap_scope *scope, gss_buffer_t token);
/* Of these buffers those that the library has made. */
void tap_drop_iov(const struct tap_scope *scope, gss_iov_buffer_desc *iov, int count);
void tap_drop_cred(const struct tap_scope *scope, gss_cred_id_t *cred);
void tap_drop_name(const struct tap_scope *scope, gss_name_t *name);
void tap_drop_context(const struct tap_scope *scope, gss_ctx_id_t *context);

#endif
