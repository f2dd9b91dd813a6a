/* SPDX-License-Identifier: MIT */
/* From a call to its event. */
#ifndef SHIM_RECORD_H
#define SHIM_RECORD_H

#include "shim/core/scope.h"
#include "trace/writer.h"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>

/* Starts the event of a call that returns a major status, with status, text and errno; NULL: not wanted. */
struct tr_draft *tap_gss_event(struct tap_scope *scope, OM_uint32 major, const OM_uint32 *minor,
			       gss_const_OID mech);
/* The same for calls that return an int (or a pointer: 0 and NULL are what `failed` says). */
struct tr_draft *tap_int_event(struct tap_scope *scope, int result, bool failed, int error);
/* The same without the result, where that is a value that may not be shown. */
struct tr_draft *tap_call_event(struct tap_scope *scope, bool failed, int error);
/* An event that is not a call. */
struct tr_draft *tap_event(const struct tap_scope *scope, enum tr_event_id event);
void tap_put_handle(struct tr_draft *d, enum tr_field_id id, const void *handle);
void tap_put_oid(struct tr_draft *d, enum tr_field_id id, gss_const_OID oid);
/* A protected message or a MIC: length and hash from level tokens, bytes from level messages on. */
void tap_put_message(struct tr_draft *d, enum tr_field_id id, const void *bytes, size_t length);
/* A second payload of the same call: an event of its own that goes ahead, before the call's event is begun.
 * hash: its tr_hash, or NULL. */
void tap_send_ahead(const struct tap_scope *scope, enum tr_field_id id, enum tr_where where,
		    const void *bytes, size_t length, const uint8_t *hash);

#endif
