/* SPDX-License-Identifier: MIT */
/*
 * Events that are not calls, as a sentence on one line. A row of parts says how an event's most telling
 * fields are put; the fields it does not name follow in parentheses, so that none is lost.
 */
#include "tools/model/model.h"
#include "tools/names/names.h"
#include "tools/view/event.h"

#include <string.h>

/* Written when the field is there; id 0: always; before NULL: the field is left to JSON. */
struct part {
	const char *before;
	unsigned id;
	const char *after;
};

static const struct part process[] = {
	{"started ", TR_F_EXE, NULL},
	{" on ", TR_F_HOST, NULL},
	{" as uid ", TR_F_UID, NULL},
	{", child of ", TR_F_PPID, NULL},
	{", level ", TR_F_LEVEL, NULL},
	{", of all calls ", TR_F_SELECTED, NULL},
	{", settings without effect: ", TR_F_BAD_SETTINGS, NULL},
	{", gsstap ", TR_F_VERSION, NULL},
	{NULL, TR_F_LIBRARIES, NULL},
	{NULL, TR_F_COMMAND, NULL},
	{NULL, TR_F_BOOT, NULL},
	{NULL, TR_F_PID_NAMESPACE, NULL},
	{NULL, TR_F_STARTED, NULL},
	{" running ", TR_F_SCRIPT, NULL},
	{", control group ", TR_F_CGROUP, NULL},
	{": ", TR_F_ARGS, NULL},
	{0},
};

static const struct part token[] = {
	{"token", 0, NULL},
	{" of the call with seq ", TR_F_OF_SEQ, NULL},
	{0},
};

static const struct part left[] = {
	{"left ", TR_F_CALL, NULL},
	{" of ", TR_F_CONTEXT, NULL},
	{", entered ", TR_F_AGE, " before"},
	{": ", TR_F_REASON, NULL},
	{0},
};

static const struct part handshake[] = {
	{"handshake", 0, NULL},
	{" ", TR_F_OUTCOME, NULL},
	{" as ", TR_F_ROLE, NULL},
	{": ", TR_F_INITIATOR, NULL},
	{" -> ", TR_F_ACCEPTOR, NULL},
	{", ", TR_F_MECH, NULL},
	{", ", TR_F_SESSION_ENCTYPE, NULL},
	{", ", TR_F_FLAGS_RET, NULL},
	{", rounds ", TR_F_ROUNDS, NULL},
	{", took ", TR_F_DURATION, NULL},
	{": ", TR_F_REASON, NULL},
	{0},
};

static const struct part refused[] = {
	{"refused ", TR_F_CALL, NULL},
	{"refused a connection as ", TR_F_ROLE, NULL},
	{" of ", TR_F_SUBJECT, NULL},
	{": ", TR_F_REASON, NULL},
	{"; rule ", TR_F_RULE, NULL},
	{", line ", TR_F_LINE, NULL},
	{0},
};

static const struct part would_refuse[] = {
	{"would refuse ", TR_F_CALL, NULL},
	{"would refuse a connection as ", TR_F_ROLE, NULL},
	{" of ", TR_F_SUBJECT, NULL},
	{": ", TR_F_REASON, NULL},
	{"; rule ", TR_F_RULE, NULL},
	{", line ", TR_F_LINE, NULL},
	{0},
};

static const struct part changed[] = {
	{"changed ", TR_F_CALL, NULL}, {" of ", TR_F_SUBJECT, NULL}, {": ", TR_F_REASON, NULL},
	{"; rule ", TR_F_RULE, NULL},  {", line ", TR_F_LINE, NULL}, {0},
};

static const struct part would_change[] = {
	{"would change ", TR_F_CALL, NULL}, {" of ", TR_F_SUBJECT, NULL}, {": ", TR_F_REASON, NULL},
	{"; rule ", TR_F_RULE, NULL},	    {", line ", TR_F_LINE, NULL}, {0},
};

static const struct part inject[] = {
	{"GSSAPI spoken", 0, NULL},	    {" for socket ", TR_F_SOCKET, NULL},
	{" for ", TR_F_ENDPOINT, NULL},	    {" as ", TR_F_ROLE, NULL},
	{", service ", TR_F_SERVICE, NULL}, {", principal ", TR_F_PRINCIPAL, NULL},
	{", phase ", TR_F_MODE, NULL},	    {0},
};

static const struct part unsecured[] = {
	{"unsecured", 0, NULL},
	{" as ", TR_F_ROLE, NULL},
	{" at ", TR_F_ENDPOINT, NULL},
	{", peer ", TR_F_PEER, NULL},
	{", ended after ", TR_F_AGE, NULL},
	{", sent ", TR_F_SENT_BYTES, " bytes"},
	{", received ", TR_F_RECEIVED_BYTES, " bytes"},
	{": ", TR_F_REASON, NULL},
	{NULL, TR_F_MECHANISM, NULL},
	{0},
};

static const struct part secured[] = {
	{"connection secured", 0, NULL},
	{" as ", TR_F_ROLE, NULL},
	{" at ", TR_F_ENDPOINT, NULL},
	{", peer ", TR_F_PEER, NULL},
	{", ", TR_F_PEER_SOCKET_TYPE, NULL},
	{" ", TR_F_PEER_IDENTITY, NULL},
	{", ", TR_F_INITIATOR, NULL},
	{" -> ", TR_F_ACCEPTOR, NULL},
	{", ZMTP ", TR_F_ZMTP, NULL},
	{", took ", TR_F_DURATION, NULL},
	{NULL, TR_F_MECHANISM, NULL},
	{NULL, TR_F_PEER_MECHANISM, NULL},
	{0},
};

static const struct part not_secured[] = {
	{"connection without security", 0, NULL},
	{" as ", TR_F_ROLE, NULL},
	{" at ", TR_F_ENDPOINT, NULL},
	{", peer ", TR_F_PEER, NULL},
	{", ZMTP ", TR_F_ZMTP, NULL},
	{", took ", TR_F_DURATION, NULL},
	{NULL, TR_F_MECHANISM, NULL},
	{0},
};

static const struct part authentication[] = {
	{"authentication", 0, NULL},	 {" of ", TR_F_ADDRESS, NULL},
	{", ", TR_F_MECHANISM, NULL},	 {", domain ", TR_F_DOMAIN, NULL},
	{", user ", TR_F_USER_ID, NULL}, {": ", TR_F_ZAP_STATUS, NULL},
	{", ", TR_F_REASON, NULL},	 {"; rule ", TR_F_RULE, NULL},
	{", line ", TR_F_LINE, NULL},	 {0},
};

static const struct part brake[] = {
	{"brake ", TR_F_BRAKE, NULL},
	{" for ", TR_F_ADDRESS, NULL},
	{" for ", TR_F_PRINCIPAL, NULL},
	{", failures ", TR_F_FAILURES, NULL},
	{", ban time ", TR_F_BAN_TIME, " s"},
	{", turned away ", TR_F_TURNED_AWAY, NULL},
	{", mode ", TR_F_MODE, NULL},
	{": ", TR_F_REASON, NULL},
	{"; rule ", TR_F_RULE, NULL},
	{", line ", TR_F_LINE, NULL},
	{0},
};

static const struct part coverage[] = {
	{"coverage: ", TR_F_OBJECT, NULL},
	{" calls ", TR_F_FAMILY, "_ functions"},
	{" of ", TR_F_LIBRARY, NULL},
	{", reaches us: ", TR_F_REACHED, NULL},
	{", ", TR_F_HOW, NULL},
	{0},
};

static const struct part dropped[] = {
	{"lost", 0, NULL},
	{" ", TR_F_COUNT, " events"},
	{": ", TR_F_WHY, NULL},
	{0},
};

static const struct part library[] = {
	{"loaded", 0, NULL},
	{" ", TR_F_SONAME, NULL},
	{" from ", TR_F_PATH, NULL},
	{" at ", TR_F_BASE, NULL},
	{NULL, TR_F_SIZE, NULL},
	{NULL, TR_F_BUILD_ID, NULL},
	{0},
};

static const struct part context[] = {
	{"context ", TR_F_CONTEXT, NULL},
	{" ended", 0, NULL},
	{" after ", TR_F_AGE, NULL},
	{", wrapped ", TR_F_WRAPPED, NULL},
	{" (", TR_F_WRAPPED_BYTES, " bytes)"},
	{", unwrapped ", TR_F_UNWRAPPED, NULL},
	{" (", TR_F_UNWRAPPED_BYTES, " bytes)"},
	{0},
};

static const struct part exec[] = {
	{"executed ", TR_F_PATH, NULL},	     {" by ", TR_F_FUNCTION, NULL},
	{" without ", TR_F_MISSING, NULL},   {", put back: ", TR_F_RESTORED, NULL},
	{": ", TR_F_REASON, NULL},	     {", which failed: ", TR_F_ERRNO, NULL},
	{", in process ", TR_F_CHILD, NULL}, {0},
};

static const struct part krb5_trace[] = {
	{"libkrb5: ", TR_F_TEXT, NULL},
	{0},
};

static const struct part policy[] = {
	{"policy", 0, NULL},	      {" ", TR_F_PATH, NULL},	 {" ", TR_F_OUTCOME_TEXT, NULL},
	{", mode ", TR_F_MODE, NULL}, {": ", TR_F_REASON, NULL}, {0},
};

static const struct part expires[] = {
	{"expires: ", TR_F_WHAT, NULL},	     {" ", TR_F_KEYTAB, NULL},
	{" as ", TR_F_ROLE, NULL},	     {": ", TR_F_INITIATOR, NULL},
	{" -> ", TR_F_ACCEPTOR, NULL},	     {", seconds left ", TR_F_LIFETIME, NULL},
	{", key version ", TR_F_KVNO, NULL}, {": ", TR_F_REASON, NULL},
	{NULL, TR_F_CONTEXT, NULL},	     {0},
};

/* An event that is not here is shown by its name and fields. */
static const struct part *const sentences[] = {
	[TR_E_process] = process,
	[TR_E_token] = token,
	[TR_E_left] = left,
	[TR_E_handshake] = handshake,
	[TR_E_refused] = refused,
	[TR_E_would_refuse] = would_refuse,
	[TR_E_changed] = changed,
	[TR_E_would_change] = would_change,
	[TR_E_inject] = inject,
	[TR_E_coverage] = coverage,
	[TR_E_dropped] = dropped,
	[TR_E_library] = library,
	[TR_E_context] = context,
	[TR_E_policy] = policy,
	[TR_E_expires] = expires,
	[TR_E_unsecured] = unsecured,
	[TR_E_authentication] = authentication,
	[TR_E_brake] = brake,
	[TR_E_exec] = exec,
	[TR_E_krb5_trace] = krb5_trace,
};

static bool names(const struct part *parts, unsigned id)
{
	for (; parts && (parts->id || parts->before); parts++)
		if (parts->id == id)
			return true;
	return false;
}

static void rest(struct fit *fit, const struct tr_event *event, const struct part *told)
{
	struct out *out = fit_out(fit);
	struct tr_cursor cursor = event->fields;
	struct tr_value value;
	bool open = false;

	while (tr_cursor_next(&cursor, &value)) {
		if (!value.info || names(told, value.id))
			continue;
		if (!open) {
			fit_piece(fit, (struct fit_piece){.kind = FIT_OPEN});
			out_str(out, " (");
		}
		event_field(fit, event, &value, open ? ", " : "", told);
		open = true;
	}
	if (open) {
		fit_piece(fit, (struct fit_piece){.kind = FIT_CLOSE});
		out_char(out, ')');
	}
}

/* In a sentence a text stands alone: it needs quotes only where it would not be plain to read. */
static void in_words(struct out *out, const struct tr_event *event, const struct tr_value *value)
{
	if (value->info->type == TR_TYPE_TEXT)
		out_words(out, value->at, value->length);
	else if (value->info->type == TR_TYPE_BOOL)
		out_str(out, tr_value_uint(value) ? "yes" : "no");
	else if (value->id == TR_F_ERRNO && name_errno(tr_value_int(value)))
		out_str(out, name_errno(tr_value_int(value)));
	else
		event_text_value(out, event, value);
}

/* What an event is about, where a line has no room for all of it; what is short goes first. */
static struct fit_piece piece_of(unsigned id)
{
	switch (id) {
	case 0:
		return (struct fit_piece){.kind = FIT_KEEP};
	case TR_F_OUTCOME:
	case TR_F_MECH:
	case TR_F_REACHED:
	case TR_F_CALL:
	case TR_F_COUNT:
		return (struct fit_piece){.kind = FIT_NEEDED};
	case TR_F_EXE:
	case TR_F_ARGS:
	case TR_F_INITIATOR:
	case TR_F_ACCEPTOR:
	case TR_F_SUBJECT:
	case TR_F_REASON:
	case TR_F_ENDPOINT:
	case TR_F_PEER:
	case TR_F_PRINCIPAL:
	case TR_F_SERVICE:
	case TR_F_OBJECT:
	case TR_F_SONAME:
	case TR_F_PATH:
	case TR_F_MISSING:
	case TR_F_TEXT:
	case TR_F_OUTCOME_TEXT:
	case TR_F_WHAT:
	case TR_F_WHY:
		return (struct fit_piece){.kind = FIT_NEEDED, .rank = 1};
	default:
		return (struct fit_piece){.kind = FIT_MORE};
	}
}

static void say(struct fit *fit, const struct tr_event *event, const struct part *parts)
{
	struct out *out = fit_out(fit);
	struct tr_value value;
	bool begun = false;

	for (; parts->id || parts->before; parts++) {
		if (!parts->before || (parts->id && !tr_event_find(event, parts->id, &value)))
			continue;
		if (begun)
			fit_piece(fit, piece_of(parts->id));
		out_str(out, parts->before);
		if (!begun) /* what kind of event it is, is always there */
			fit_piece(fit, piece_of(parts->id));
		begun = true;
		if (parts->id)
			in_words(out, event, &value);
		if (parts->after)
			out_str(out, parts->after);
	}
}

static const struct part *parts_of(const struct tr_event *event)
{
	unsigned id = event->head.event;
	struct tr_value mechanism;

	if (id == TR_E_connection)
		return tr_event_find(event, TR_F_MECHANISM, &mechanism) &&
				       tr_value_uint(&mechanism) == MODEL_GSSAPI
			       ? secured
			       : not_secured;
	return id < sizeof(sentences) / sizeof(sentences[0]) ? sentences[id] : NULL;
}

void event_sentence(struct fit *fit, const struct tr_event *event)
{
	struct out *out = fit_out(fit);
	unsigned id = event->head.event;
	const struct part *parts = parts_of(event);

	if (parts) {
		say(fit, event, parts);
	} else {
		out_str(out, tr_event_name(id) ? tr_event_name(id) : "event ");
		if (!tr_event_name(id))
			out_unsigned(out, id);
	}
	rest(fit, event, parts);
	fit_piece(fit, (struct fit_piece){.kind = FIT_MARK});
}
