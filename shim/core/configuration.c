/* SPDX-License-Identifier: MIT */
/*
 * Which Kerberos configuration is in force: the environment that libkrb5 and GSSAPI libraries look at when
 * they are called, told before the first handshake of a process and when it has changed since. The
 * environment is only read.
 */
#include "shim/core/configuration.h"

#include "shim/core/lock.h"
#include "trace/writer.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static const struct variable {
	const char *name;
	size_t length;
	enum tr_field_id field;
} variables[] = {
#define VARIABLE(name)                                                                                       \
	{                                                                                                    \
#name, sizeof(#name) - 1, TR_F_##name                                                        \
	}
	VARIABLE(KRB5_CONFIG),	      VARIABLE(KRB5CCNAME),	VARIABLE(KRB5_KTNAME),
	VARIABLE(KRB5_CLIENT_KTNAME), VARIABLE(KRB5RCACHENAME), VARIABLE(GSS_USE_PROXY),
};
#define VARIABLES (sizeof(variables) / sizeof(variables[0]))

static inline bool begins(const char *text, const char start[4])
{
	return text[0] == start[0] && text[1] == start[1] && text[2] == start[2] && text[3] == start[3];
}

static inline bool may_be_one(const char *entry)
{
	return *entry == 'K' ? begins(entry, "KRB5") : *entry == 'G' && begins(entry, "GSS_");
}

/* One walk for all of them: getenv would take one for each. */
static void look(const char *values[VARIABLES])
{
	memset(values, 0, VARIABLES * sizeof(*values));
	for (char **e = environ; e && *e; e++) {
		if (!may_be_one(*e))
			continue;
		for (size_t i = 0; i < VARIABLES; i++)
			if (!values[i] && !strncmp(*e, variables[i].name, variables[i].length) &&
			    (*e)[variables[i].length] == '=')
				values[i] = *e + variables[i].length + 1;
	}
}

static uint64_t mix(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * 0x9e3779b97f4a7c15ull;
	return sum ^ sum >> 32;
}

static uint64_t add(uint64_t sum, const char *text)
{
	const size_t length = strlen(text);
	uint64_t word = 0;

	for (size_t at = 0; at + sizeof(word) < length; at += sizeof(word)) {
		memcpy(&word, text + at, sizeof(word));
		sum = mix(sum, word);
	}
	if (length >= sizeof(word))
		memcpy(&word, text + length - sizeof(word), sizeof(word));
	else
		memcpy(&word, text, length);
	return mix(mix(sum, word), length);
}

/*
 * Is all that may be one of them as it was last time? Every handshake asks, and to find the variables among
 * each other takes three times as long. By their bytes: who has given putenv a text may change it in place.
 */
static bool is_unchanged(void)
{
	static uint64_t seen;
	uint64_t now = tap_lineage();

	for (char **e = environ; e && *e; e++)
		if (may_be_one(*e))
			now = add(now, *e);
	now |= 1;
	return __atomic_load_n(&seen, __ATOMIC_RELAXED) == now ||
	       __atomic_exchange_n(&seen, now, __ATOMIC_RELAXED) == now;
}

/* Told apart from any other with all but certainty; never 0. */
static uint64_t digest(const char *const values[VARIABLES])
{
	uint64_t sum = 0, hash[2];

	for (size_t i = 0; i < VARIABLES; i++) {
		if (values[i])
			tr_hash(values[i], strlen(values[i]), (uint8_t *)hash);
		sum = (sum ^ (values[i] ? hash[0] : 0)) * 1099511628211ull;
		sum ^= sum >> 32;
	}
	return sum | 1;
}

void tap_configuration_event(enum tr_role role)
{
	static uint64_t told;
	const char *values[VARIABLES];
	struct tr_draft *d;
	uint64_t now;

	if (tr_level == TR_LEVEL_OFF || is_unchanged())
		return;
	look(values);
	now = digest(values) ^ (uint64_t)tap_lineage() << 32; /* a child's own trace begins with it, too */
	if (__atomic_exchange_n(&told, now, __ATOMIC_RELAXED) == now)
		return;
	d = tr_begin(TR_E_configuration);
	if (!d)
		return;
	for (size_t i = 0; i < VARIABLES; i++)
		if (values[i])
			tr_put_text(d, variables[i].field, values[i]);
	if (role)
		tr_put_u32(d, TR_F_ROLE, role);
	tr_commit(d);
}
