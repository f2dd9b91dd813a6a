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

static bool begins(const char *text, const char start[4])
{
	return text[0] == start[0] && text[1] == start[1] && text[2] == start[2] && text[3] == start[3];
}

/* One walk for all of them: getenv would take one for each. */
static void look(const char *values[VARIABLES])
{
	memset(values, 0, VARIABLES * sizeof(*values));
	for (char **e = environ; e && *e; e++) {
		/* Looked at for every handshake, and most of an environment is none of these. */
		if (!begins(*e, "KRB5") && !begins(*e, "GSS_"))
			continue;
		for (size_t i = 0; i < VARIABLES; i++)
			if (!values[i] && !strncmp(*e, variables[i].name, variables[i].length) &&
			    (*e)[variables[i].length] == '=')
				values[i] = *e + variables[i].length + 1;
	}
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

	if (tr_level == TR_LEVEL_OFF)
		return;
	look(values);
	now = digest(values) ^ (uint64_t)tap_process() << 32; /* a child's own trace begins with it, too */
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
