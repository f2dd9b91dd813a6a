/* SPDX-License-Identifier: MIT */
/*
 * Events as strace shows calls: TIME PID[/TID] NAME(ARGUMENTS) = RESULT <SECONDS>. Arguments come in the
 * order in which they are in the trace, and what they are called and how they look follows from events.def.
 */
#include "tools/model/model.h"
#include "tools/names/names.h"
#include "tools/view/event.h"

#include <string.h>

#define RED "31"
#define BOLD_RED "1;31"
#define GREEN "32"
#define CYAN "36"
#define YELLOW "33"
#define FAINT "2"
#define PLAIN "0"

static const struct fit_piece kept = {.kind = FIT_KEEP};
static const struct fit_piece reason_bare = {.kind = FIT_NEEDED, .rank = 1, .closing = 1};
static const struct fit_piece reason_of_errno = {.kind = FIT_MORE}; /* its name says it */
static const struct fit_piece reason_quoted = {.kind = FIT_NEEDED, .rank = 1, .closing = 2};

/* What a call gave back, picked out of its fields while the arguments are written. */
struct result {
	struct tr_value major, minor, minor_text, number, error;
};

static bool keep_result(struct result *result, const struct tr_value *value)
{
	switch (value->id) {
	case TR_F_MAJOR:
		result->major = *value;
		return true;
	case TR_F_MINOR:
		result->minor = *value;
		return true;
	case TR_F_MINOR_TEXT:
		result->minor_text = *value;
		return true;
	case TR_F_RESULT:
		result->number = *value;
		return true;
	case TR_F_ERRNO:
		result->error = *value;
		return true;
	default:
		return false;
	}
}

static void arguments(struct fit *fit, const struct tr_event *event, struct result *result)
{
	struct out *out = fit_out(fit);
	struct tr_cursor cursor = event->fields;
	struct tr_value value;
	bool more = false;

	out_char(out, '(');
	while (tr_cursor_next(&cursor, &value)) {
		if (keep_result(result, &value))
			continue;
		event_field(fit, event, &value, more ? ", " : "", false);
		more = true;
	}
	fit_piece(fit, (struct fit_piece){.kind = FIT_MARK, .listed = true});
	fit_piece(fit, kept);
	out_char(out, ')');
}

static void error_text(struct fit *fit, const struct tr_value *error)
{
	struct out *out = fit_out(fit);
	const char *name = name_errno(tr_value_int(error)), *text = name_errno_text(tr_value_int(error));

	out_char(out, ' ');
	if (name)
		out_str(out, name);
	else
		out_signed(out, tr_value_int(error));
	if (text) {
		fit_piece(fit, reason_of_errno);
		out_str(out, " (");
		out_str(out, text);
		out_char(out, ')');
	}
}

/* The library's own words, or what the status means. */
static void reason(struct fit *fit, uint32_t major, const struct result *result)
{
	struct out *out = fit_out(fit);
	const char *meaning = name_major_text(major);
	uint64_t minor = tr_value_uint(&result->minor);

	if (!result->minor_text.length && !*meaning && !minor)
		return;
	fit_piece(fit, result->minor_text.length ? reason_quoted : reason_bare);
	out_str(out, " (");
	if (result->minor_text.length) {
		out_quoted(out, result->minor_text.at, result->minor_text.length);
	} else {
		out_str(out, meaning);
		if (minor) {
			out_str(out, *meaning ? ", minor " : "minor ");
			out_unsigned(out, minor);
		}
	}
	out_char(out, ')');
}

static void status(struct fit *fit, const struct result *result)
{
	struct out *out = fit_out(fit);
	uint32_t value = (uint32_t)tr_value_uint(&result->major);
	bool bad = value >> 16;

	if (bad)
		out_paint(out, RED);
	fit_piece(fit, (struct fit_piece){.kind = FIT_NEEDED});
	event_text_major(out, value, fit_is_narrow(fit) ? "GSS_S_" : "");
	/* Where all went well the minor status means nothing, and mechanisms leave anything there. */
	if (bad)
		reason(fit, value, result);
	fit_piece(fit, kept);
	if (bad)
		out_paint(out, PLAIN);
}

static void results(struct fit *fit, const struct result *result)
{
	struct out *out = fit_out(fit);

	if (!result->major.id && !result->number.id && !result->error.id)
		return;
	out_raw(out, " = ", 3);
	if (result->major.id) {
		status(fit, result);
		return;
	}
	if (result->error.id)
		out_paint(out, RED);
	if (result->number.id)
		out_signed(out, tr_value_int(&result->number));
	else
		out_char(out, '?');
	if (result->error.id) {
		error_text(fit, &result->error);
		fit_piece(fit, kept);
		out_paint(out, PLAIN);
	}
}

static void caller(struct out *out, struct origins *origins, const struct tr_event *event)
{
	uint64_t offset;
	const char *name = origins_caller(origins, event, &offset);

	out_str(out, " from ");
	if (name) {
		out_text(out, (const uint8_t *)name, strlen(name));
		out_char(out, '+');
	}
	out_hex(out, name ? offset : event->head.caller);
}

/* Of three digits at most: "5us", "3.5ms", "12s". */
static void short_seconds(struct out *out, uint64_t ns)
{
	static const char *const units[] = {"us", "ms", "s"};
	uint64_t thousandths = ns;
	unsigned unit = 0;

	for (; thousandths >= 1000000 && unit < 2; unit++)
		thousandths /= 1000;
	out_unsigned(out, thousandths / 1000);
	if (unit && thousandths < 10000) {
		out_char(out, '.');
		out_unsigned(out, thousandths / 100 % 10);
	}
	out_str(out, units[unit]);
}

static void call(struct fit *fit, struct origins *origins, const struct tr_event *event, bool callers)
{
	struct out *out = fit_out(fit);
	struct result result = {0};
	const char *name = tr_call_name(event->head.call);

	for (unsigned i = 0; i < event->head.depth; i++)
		out_raw(out, "  ", 2);
	out_str(out, name ? name : "call_");
	if (!name)
		out_unsigned(out, event->head.call);
	arguments(fit, event, &result);
	results(fit, &result);
	out_raw(out, " <", 2);
	if (fit_is_narrow(fit))
		short_seconds(out, event->head.duration);
	else
		out_seconds(out, event->head.duration, 6);
	out_char(out, '>');
	if (callers && event->head.caller)
		caller(out, origins, event);
}

static const char *colour_of(const struct tr_event *event)
{
	struct tr_value outcome, mechanism;

	switch (event->head.event) {
	case TR_E_refused:
		return BOLD_RED;
	case TR_E_left:
	case TR_E_would_refuse:
	case TR_E_changed:
	case TR_E_would_change:
	case TR_E_dropped:
		return YELLOW;
	case TR_E_inject:
		return CYAN;
	case TR_E_connection:
		return tr_event_find(event, TR_F_MECHANISM, &mechanism) &&
				       tr_value_uint(&mechanism) == MODEL_GSSAPI
			       ? GREEN
			       : YELLOW;
	case TR_E_handshake:
		if (!tr_event_find(event, TR_F_OUTCOME, &outcome))
			return PLAIN;
		return tr_value_uint(&outcome) == TR_OUTCOME_ESTABLISHED ? GREEN
		       : tr_value_uint(&outcome) == TR_OUTCOME_ABANDONED ? FAINT
									 : RED;
	default:
		return FAINT;
	}
}

void event_text(struct fit *fit, struct origins *origins, const struct tr_event *event, bool callers)
{
	struct out *out = fit_out(fit);

	out_time_of_day(out, event->time, fit_is_narrow(fit) ? 3 : 6);
	out_char(out, ' ');
	out_unsigned(out, event->head.pid);
	if (event->head.tid != event->head.pid) {
		out_char(out, '/');
		out_unsigned(out, event->head.tid);
	}
	out_char(out, ' ');
	if (event->head.event == TR_E_call) {
		call(fit, origins, event, callers);
	} else {
		out_paint(out, colour_of(event));
		event_sentence(fit, event);
		fit_piece(fit, kept);
		out_paint(out, PLAIN);
	}
	fit_end(fit);
}
