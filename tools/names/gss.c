/* SPDX-License-Identifier: MIT */
/*
 * Major status (RFC 2744 section 3.9.1) and context flags (RFC 2744, RFC 4757, RFC 5801, RFC 7546; MIT's
 * gssapi_ext.h). A major status is one calling error, one routine error and any supplementary bits.
 */
#include "tools/names/names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	uint32_t bit;
	const char *name;
} flag_names[] = {
	{0x1, "deleg"},
	{0x2, "mutual"},
	{0x4, "replay"},
	{0x8, "sequence"},
	{0x10, "conf"},
	{0x20, "integ"},
	{0x40, "anon"},
	{0x80, "prot_ready"},
	{0x100, "trans"},
	{0x800, "channel_bound"},
	{0x1000, "dce_style"},
	{0x2000, "identify"},
	{0x4000, "extended_error"},
	{0x8000, "deleg_policy"},
};

struct error_name {
	const char *name;
	const char *text; /* as MIT's gss_display_status has it; NULL where that says nothing */
};

static const struct error_name calling_errors[] = {
	{NULL, NULL},
	{"GSS_S_CALL_INACCESSIBLE_READ", "A required input parameter could not be read"},
	{"GSS_S_CALL_INACCESSIBLE_WRITE", "A required output parameter could not be written"},
	{"GSS_S_CALL_BAD_STRUCTURE", "A parameter was malformed"},
};

static const struct error_name routine_errors[] = {
	{NULL, NULL},
	{"GSS_S_BAD_MECH", "An unsupported mechanism was requested"},
	{"GSS_S_BAD_NAME", "An invalid name was supplied"},
	{"GSS_S_BAD_NAMETYPE", "A supplied name was of an unsupported type"},
	{"GSS_S_BAD_BINDINGS", "Incorrect channel bindings were supplied"},
	{"GSS_S_BAD_STATUS", "An invalid status code was supplied"},
	{"GSS_S_BAD_SIG", "A token had an invalid Message Integrity Check (MIC)"},
	{"GSS_S_NO_CRED",
	 "No credentials were supplied, or the credentials were unavailable or inaccessible"},
	{"GSS_S_NO_CONTEXT", "No context has been established"},
	{"GSS_S_DEFECTIVE_TOKEN", "Invalid token was supplied"},
	{"GSS_S_DEFECTIVE_CREDENTIAL", "Invalid credential was supplied"},
	{"GSS_S_CREDENTIALS_EXPIRED", "The referenced credential has expired"},
	{"GSS_S_CONTEXT_EXPIRED", "The referenced context has expired"},
	{"GSS_S_FAILURE", NULL},
	{"GSS_S_BAD_QOP", "The quality-of-protection (QOP) requested could not be provided"},
	{"GSS_S_UNAUTHORIZED", "The operation is forbidden by local security policy"},
	{"GSS_S_UNAVAILABLE", "The operation or option is not available or unsupported"},
	{"GSS_S_DUPLICATE_ELEMENT", "The requested credential element already exists"},
	{"GSS_S_NAME_NOT_MN", "The provided name was not mechanism specific (MN)"},
	{"GSS_S_BAD_MECH_ATTR", NULL},
};

static const char *const supplementary[] = {
	"GSS_S_CONTINUE_NEEDED", "GSS_S_DUPLICATE_TOKEN", "GSS_S_OLD_TOKEN",
	"GSS_S_UNSEQ_TOKEN",	 "GSS_S_GAP_TOKEN",
};

size_t names_gss_flags(uint32_t flags, const char *names[NAMES_MAX], uint32_t *rest)
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT(flag_names); i++)
		if (flags & flag_names[i].bit) {
			names[count++] = flag_names[i].name;
			flags &= ~flag_names[i].bit;
		}
	*rest = flags;
	return count;
}

size_t names_major(uint32_t major, const char *names[NAMES_MAX], uint32_t *rest)
{
	uint32_t calling = major >> 24, routine = major >> 16 & 0xff;
	size_t count = 0;

	*rest = major;
	if (!major)
		names[count++] = "GSS_S_COMPLETE";
	if (calling && calling < COUNT(calling_errors)) {
		names[count++] = calling_errors[calling].name;
		*rest &= 0x00ffffff;
	}
	if (routine && routine < COUNT(routine_errors)) {
		names[count++] = routine_errors[routine].name;
		*rest &= 0xff00ffff;
	}
	for (uint32_t bit = 0; bit < COUNT(supplementary); bit++)
		if (major & 1u << bit) {
			names[count++] = supplementary[bit];
			*rest &= ~(1u << bit);
		}
	return count;
}

const char *name_major_text(uint32_t major)
{
	uint32_t calling = major >> 24, routine = major >> 16 & 0xff;
	const char *text = NULL;

	if (routine && routine < COUNT(routine_errors))
		text = routine_errors[routine].text;
	else if (calling && calling < COUNT(calling_errors))
		text = calling_errors[calling].text;
	return text ? text : "";
}
