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
	const char *text;
};

static const struct error_name calling_errors[] = {
#define CALLING(number, name, text) [number] = {"GSS_S_" #name, text},
#include "trace/major.def"
};

static const struct error_name routine_errors[] = {
#define ROUTINE(number, name, text) [number] = {"GSS_S_" #name, text},
#include "trace/major.def"
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

	if (routine && routine < COUNT(routine_errors))
		return routine_errors[routine].text;
	return calling && calling < COUNT(calling_errors) ? calling_errors[calling].text : "";
}
