/* SPDX-License-Identifier: MIT */
/*
 * What a library is asked for an event: on the same thread, for the same mechanism, on copies, so that the
 * host's own later question gets the same answer. To ask takes memory, and the call that is told of may be
 * one that takes none: then a signal handler may make it in the middle of malloc, and nothing is asked.
 */
#include "shim/core/ask.h"

#include "shim/core/policy.h"
#include "shim/core/text.h"
#include "trace/unconst.h"

#include <errno.h>
#include <string.h>

static void add_text(char *out, size_t size, const gss_buffer_desc *text)
{
	size_t used = strlen(out), n = text->length;

	if (!text->value)
		return;
	if (used && used + 2 < size) {
		memcpy(out + used, "; ", 3);
		used += 2;
	}
	if (n >= size - used)
		n = size - used - 1;
	memcpy(out + used, text->value, n);
	out[used + n] = 0;
}

static void ask_minor(const struct tap_scope *scope, OM_uint32 minor, gss_const_OID mech, char out[TAP_TEXT])
{
	__typeof__(&gss_display_status) display = TAP_OTHER(scope, gss_display_status);
	__typeof__(&gss_release_buffer) release = TAP_OTHER(scope, gss_release_buffer);
	OM_uint32 ignored, more = 0;
	int saved = errno;

	if (!display || !release)
		return;
	tap_quiet_begin();
	do {
		gss_buffer_desc text = {0, NULL};

		if (display(&ignored, minor, GSS_C_MECH_CODE, TR_UNCONST(mech), &more, &text) !=
		    GSS_S_COMPLETE)
			break;
		add_text(out, TAP_TEXT, &text);
		release(&ignored, &text);
	} while (more);
	tap_quiet_end();
	errno = saved;
}

/* "No context has been established", of a calling and a routine error both; the library is not asked. */
static void major_text(OM_uint32 major, char out[TAP_TEXT])
{
	static const char *const calling[] = {
#define CALLING(number, name, text) [number] = text,
#include "trace/major.def"
	};
	static const char *const routine[] = {
#define ROUTINE(number, name, text) [number] = text,
#include "trace/major.def"
	};
	const OM_uint32 c = GSS_CALLING_ERROR(major) >> GSS_C_CALLING_ERROR_OFFSET;
	const OM_uint32 r = GSS_ROUTINE_ERROR(major) >> GSS_C_ROUTINE_ERROR_OFFSET;

	out[0] = 0;
	if (c && c < sizeof(calling) / sizeof(calling[0]))
		add_text(out, TAP_TEXT, &(gss_buffer_desc){strlen(calling[c]), TR_UNCONST(calling[c])});
	if (r && r < sizeof(routine) / sizeof(routine[0]))
		add_text(out, TAP_TEXT, &(gss_buffer_desc){strlen(routine[r]), TR_UNCONST(routine[r])});
}

/* MIT sets these, of its own table of errors, in calls that take no memory. */
static const char *known_minor(OM_uint32 minor)
{
	switch (minor) {
	case 39756039: /* KG_CTX_INCOMPLETE */
		return "Attempt to use incomplete security context";
	case 2249944328: /* G_UNKNOWN_QOP */
		return "Unknown quality of protection specified";
	default:
		return NULL;
	}
}

/*
 * A mechanism that sets another one takes memory itself. But below another call of this thread's may be a
 * signal handler of the host's, and that call in malloc.
 */
static void minor_text(const struct tap_scope *scope, OM_uint32 minor, gss_const_OID mech, char out[TAP_TEXT])
{
	const char *known = known_minor(minor);

	out[0] = 0;
	if (!minor || tap_refusal_text(minor, out, TAP_TEXT))
		return;
	if (known)
		tap_copy(out, TAP_TEXT, known);
	else if (!scope->depth || scope->nested)
		ask_minor(scope, minor, mech, out);
	/* Of a minor status that they did not set, libraries say "Success". */
	if (!strcmp(out, "Success") || !strncmp(out, "Unknown code 0", 14))
		out[0] = 0;
}

bool tap_status_says(const struct tap_scope *scope, OM_uint32 major, OM_uint32 minor, gss_const_OID mech,
		     char out[TAP_TEXT])
{
	minor_text(scope, minor, mech, out);
	if (*out)
		return true;
	major_text(major, out);
	return false;
}

const char *tap_status_text(const struct tap_scope *scope, OM_uint32 major, OM_uint32 minor,
			    gss_const_OID mech, char out[TAP_TEXT])
{
	(void)tap_status_says(scope, major, minor, mech, out);
	return out;
}

bool tap_display_name(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size)
{
	bool whole;

	return tap_display_whole(scope, name, out, size, &whole);
}

bool tap_display_whole(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size,
		       bool *whole)
{
	return tap_display_typed(scope, name, out, size, whole, NULL);
}

bool tap_display_typed(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size,
		       bool *whole, gss_OID *type)
{
	__typeof__(&gss_display_name) display = TAP_OTHER(scope, gss_display_name);
	__typeof__(&gss_release_buffer) release = TAP_OTHER(scope, gss_release_buffer);
	gss_buffer_desc text = {0, NULL};
	OM_uint32 minor;
	int saved = errno;
	bool shown = false;

	out[0] = 0;
	*whole = false;
	if (name == GSS_C_NO_NAME || !display || !release)
		return false;
	tap_quiet_begin();
	if (display(&minor, TR_UNCONST(name), &text, type) == GSS_S_COMPLETE) {
		/* Names imported with their trailing NUL, as libzmq does, carry it along. */
		while (text.length && !((char *)text.value)[text.length - 1])
			text.length--;
		add_text(out, size, &text);
		*whole = !text.length || (text.length < size && !memchr(text.value, 0, text.length));
		shown = true;
		release(&minor, &text);
	}
	tap_quiet_end();
	errno = saved;
	return shown;
}
