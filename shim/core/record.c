/* SPDX-License-Identifier: MIT */
/* From a call to its event. What must be asked of the library is asked before the event is begun. */
#include "shim/core/record.h"
#include "shim/core/ask.h"

#include <errno.h>
#include <string.h>

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
static void tell_failure(struct tr_draft *d, const struct tap_scope *scope, const char *text)
{
	tap_thread.failed_within[scope->library] |= scope->depth != 0;
	tr_comment(d, tap_call_name(scope->call));
	tr_comment(d, *text ? ": " : " failed");
	tr_comment(d, text);
}

/* Where failures alone are recorded a call within which others failed is as well: they are told before it,
 * and by it whether they mattered. */
static bool is_wanted(const struct tap_scope *scope, bool failed)
{
	if (scope->record == TAP_RECORD || !scope->record)
		return scope->record;
	return failed || (tap_failures_alone && !scope->depth && tap_thread.failed_within[scope->library]);
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

	if (!is_wanted(scope, failed))
		return NULL;
	if (!scope->start)
		scope->start = tr_now(); /* of a nested call it was not worth to look at the clock */
	end = failed ? tr_now() : 0;
	if (failed)
		of_minor = tap_status_says(scope, major, minor ? *minor : 0, mech, text);
	d = tr_begin(TR_E_call);
	if (!d)
		return NULL;
	begin_call(d, scope);
	tr_put_u32(d, TR_F_MAJOR, major);
	if (__builtin_expect(failed, 0)) {
		d->head.duration = end - scope->start; /* without the time our own question took */
		tell_failure(d, scope, text);
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
	bool wanted = is_wanted(scope, failed);
	struct tr_draft *d;

	if (wanted && !scope->start)
		scope->start = tr_now();
	d = wanted ? tr_begin(TR_E_call) : NULL;
	if (!d)
		return NULL;
	begin_call(d, scope);
	if (failed) {
		tell_failure(d, scope, error > 0 && strerrordesc_np(error) ? strerrordesc_np(error) : "");
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
