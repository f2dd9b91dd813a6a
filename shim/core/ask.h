/* SPDX-License-Identifier: MIT */
/* What a library is asked for an event, before that is begun. */
#ifndef SHIM_ASK_H
#define SHIM_ASK_H

#include "shim/core/scope.h"

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>

/* Text of a minor status, or of the major where the minor says nothing ("Success", "Unknown code 0") or may
 * not be asked for, into the room; "" when there is none. True: it is the minor's. */
#define TAP_TEXT 400
bool tap_status_says(const struct tap_scope *scope, OM_uint32 major, OM_uint32 minor, gss_const_OID mech,
		     char out[TAP_TEXT]);
/* The same; the room is returned. */
const char *tap_status_text(const struct tap_scope *scope, OM_uint32 major, OM_uint32 minor,
			    gss_const_OID mech, char out[TAP_TEXT]);
/* The display form of a name into out; false when there is none. Host-safe: errors leave no trace. */
bool tap_display_name(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size);
/* The same; *whole: nothing of it was cut off, and no byte of it is a NUL but those that end it. */
bool tap_display_whole(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size,
		       bool *whole);
/* The same with the name's type; NULL: nobody asks for that. */
bool tap_display_typed(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size,
		       bool *whole, gss_OID *type);

#endif
