/* SPDX-License-Identifier: MIT */
/*
 * From a call to its event. What must be asked of the library (status text, names) is asked before the event
 * is begun, on the same thread, for the same mechanism, on copies: the host's own later question gets the
 * same answer.
 */
#include "shim/core/record.h"

#include "shim/core/policy.h"
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

static const char *ask_text(const struct tap_scope *scope, OM_uint32 status, int type, gss_const_OID mech,
			    char out[TAP_TEXT])
{
	__typeof__(&gss_display_status) display = TAP_OTHER(scope, gss_display_status);
	__typeof__(&gss_release_buffer) release = TAP_OTHER(scope, gss_release_buffer);
	OM_uint32 ignored, more = 0;
	int saved = errno;

	out[0] = 0;
	if (!display || !release)
		return out;
	tap_quiet_begin();
	do {
		gss_buffer_desc text = {0, NULL};

		if (display(&ignored, status, type, TR_UNCONST(mech), &more, &text) != GSS_S_COMPLETE)
			break;
		add_text(out, TAP_TEXT, &text);
		release(&ignored, &text);
	} while (more);
	tap_quiet_end();
	errno = saved;
	return out;
}

static const char *minor_text(const struct tap_scope *scope, OM_uint32 minor, gss_const_OID mech,
			      char out[TAP_TEXT])
{
	return tap_refusal_text(minor, out, TAP_TEXT) ? out
						      : ask_text(scope, minor, GSS_C_MECH_CODE, mech, out);
}

/* Of a minor status that they did not set, libraries say "Success". */
static bool minor_says(const struct tap_scope *scope, OM_uint32 minor, gss_const_OID mech, char out[TAP_TEXT])
{
	return minor && *minor_text(scope, minor, mech, out) && strcmp(out, "Success") &&
	       strncmp(out, "Unknown code 0", 14);
}

static bool status_says(const struct tap_scope *scope, OM_uint32 major, OM_uint32 minor, gss_const_OID mech,
			char out[TAP_TEXT])
{
	if (minor_says(scope, minor, mech, out))
		return true;
	ask_text(scope, major, GSS_C_GSS_CODE, GSS_C_NO_OID, out);
	return false;
}

const char *tap_status_text(const struct tap_scope *scope, OM_uint32 major, OM_uint32 minor,
			    gss_const_OID mech, char out[TAP_TEXT])
{
	(void)status_says(scope, major, minor, mech, out);
	return out;
}

static void begin_call(struct tr_draft *d, const struct tap_scope *scope)
{
	d->time = tr_now();
	d->head.call = scope->call;
	d->head.depth = scope->depth;
	d->head.caller = (uintptr_t)scope->from;
	d->head.duration = d->time - scope->start;
	d->comment = tap_call_name(scope->call);
	d->comment_length = tap_call_name_length(scope->call);
}

/* "gss_init_sec_context: the text": shown by Wireshark as the packet's comment. */
static void comment_failure(struct tr_draft *d, const struct tap_scope *scope, const char *text)
{
	tr_comment(d, tap_call_name(scope->call));
	tr_comment(d, *text ? ": " : " failed");
	tr_comment(d, text);
}

struct tr_draft *tap_gss_event(struct tap_scope *scope, OM_uint32 major, const OM_uint32 *minor,
			       gss_const_OID mech)
{
	bool failed = GSS_ERROR(major);
	bool of_minor = false; /* what the text is about */
	char text[TAP_TEXT];
	int error = errno;
	struct tr_draft *d;
	uint64_t end;

	if (!scope->record || (scope->record == TAP_RECORD_FAILURE && !failed))
		return NULL;
	if (!scope->start)
		scope->start = tr_now(); /* of a nested call it was not worth to look at the clock */
	end = failed ? tr_now() : 0;
	if (failed)
		of_minor = status_says(scope, major, minor ? *minor : 0, mech, text);
	d = tr_begin(TR_E_call);
	if (!d)
		return NULL;
	begin_call(d, scope);
	tr_put_u32(d, TR_F_MAJOR, major);
	if (__builtin_expect(failed, 0)) {
		d->head.duration = end - scope->start; /* without the time our own question took */
		comment_failure(d, scope, text);
		if (error)
			tr_put_u32(d, TR_F_ERRNO, (uint32_t)error);
		if (minor) {
			tr_put_u32(d, TR_F_MINOR, *minor);
			if (of_minor)
				tr_put_text(d, TR_F_MINOR_TEXT, text);
		}
	} else if (minor && *minor) {
		tr_put_u32(d, TR_F_MINOR, *minor);
	}
	return d;
}

struct tr_draft *tap_call_event(struct tap_scope *scope, bool failed, int error)
{
	bool wanted = scope->record == TAP_RECORD || (scope->record == TAP_RECORD_FAILURE && failed);
	struct tr_draft *d;

	if (wanted && !scope->start)
		scope->start = tr_now();
	d = wanted ? tr_begin(TR_E_call) : NULL;
	if (!d)
		return NULL;
	begin_call(d, scope);
	if (failed) {
		comment_failure(d, scope, error > 0 && strerrordesc_np(error) ? strerrordesc_np(error) : "");
		tr_put_u32(d, TR_F_ERRNO, (uint32_t)error);
	}
	return d;
}

struct tr_draft *tap_int_event(struct tap_scope *scope, int result, bool failed, int error)
{
	struct tr_draft *d = tap_call_event(scope, failed, error);

	if (d)
		tr_put_u32(d, TR_F_RESULT, (uint32_t)result);
	return d;
}

struct tr_draft *tap_event(const struct tap_scope *scope, enum tr_event_id event)
{
	struct tr_draft *d = tr_begin(event);

	if (d) {
		d->head.call = scope->call;
		d->head.depth = scope->depth;
		d->head.caller = (uintptr_t)scope->from;
	}
	return d;
}

void tap_put_handle(struct tr_draft *d, enum tr_field_id id, const void *handle)
{
	if (handle)
		tr_put_u64(d, id, (uintptr_t)handle);
}

void tap_put_oid(struct tr_draft *d, enum tr_field_id id, gss_const_OID oid)
{
	if (oid && oid->elements && oid->length && oid->length < 128)
		tr_put(d, id, oid->elements, oid->length);
}

void tap_put_message(struct tr_draft *d, enum tr_field_id id, const void *bytes, size_t length)
{
	enum tr_where where = id == TR_F_IN_TOKEN ? TR_WHERE_IN_TOKEN : TR_WHERE_OUT_TOKEN;

	if (tr_level >= TR_LEVEL_TOKENS)
		tr_put_token(d, id, bytes, length, tr_level >= TR_LEVEL_MESSAGES ? where : TR_WHERE_NONE,
			     false);
}

/* The other half of a call that has two: it goes ahead in an event of its own, since a packet holds one
 * payload. */
void tap_send_ahead(const struct tap_scope *scope, enum tr_field_id id, enum tr_where where,
		    const void *bytes, size_t length, const uint8_t *hash)
{
	struct tr_draft *d = tap_event(scope, TR_E_token);

	if (!d)
		return;
	d->time = tr_now();
	d->comment = tap_call_name(scope->call);
	/* Only now is this event's number known: in a new process those that introduce it went before. */
	tr_put_u64(d, TR_F_OF_SEQ, tr_next_seq() + 1);
	tr_put_token_hashed(d, id, bytes, length, hash, where, false);
	tr_commit(d);
}

bool tap_display_name(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size)
{
	bool whole;

	return tap_display_whole(scope, name, out, size, &whole);
}

bool tap_display_whole(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size,
		       bool *whole)
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
	if (display(&minor, TR_UNCONST(name), &text, NULL) == GSS_S_COMPLETE) {
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
