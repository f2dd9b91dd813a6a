/* SPDX-License-Identifier: MIT */
/* See drop.h. It is given back by the caller's own library: another one would free what it does not know. */
#include "shim/gss/drop.h"

#define DROP(what, type, function, ...)                                                                      \
	void tap_drop_##what(const struct tap_scope *scope, type *what)                                      \
	{                                                                                                    \
		__typeof__(&function) release = TAP_OTHER(scope, function);                                  \
		OM_uint32 minor;                                                                             \
                                                                                                             \
		if (!what || !*what)                                                                         \
			return;                                                                              \
		tap_quiet_begin();                                                                           \
		if (release)                                                                                 \
			release(&minor, __VA_ARGS__);                                                        \
		tap_quiet_end();                                                                             \
		*what = NULL;                                                                                \
	}

DROP(cred, gss_cred_id_t, gss_release_cred, cred)
DROP(name, gss_name_t, gss_release_name, name)
DROP(context, gss_ctx_id_t, gss_delete_sec_context, context, GSS_C_NO_BUFFER)

void tap_drop_token(const struct tap_scope *scope, gss_buffer_t token)
{
	__typeof__(&gss_release_buffer) release = TAP_OTHER(scope, gss_release_buffer);
	OM_uint32 minor;

	tap_quiet_begin();
	if (release && token->value)
		release(&minor, token);
	tap_quiet_end();
	*token = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
}

void tap_drop_iov(const struct tap_scope *scope, gss_iov_buffer_desc *iov, int count)
{
	__typeof__(&gss_release_iov_buffer) release = TAP_OTHER(scope, gss_release_iov_buffer);
	OM_uint32 minor;

	tap_quiet_begin();
	if (release)
		release(&minor, iov, count);
	tap_quiet_end();
}
