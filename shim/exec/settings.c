/* SPDX-License-Identifier: MIT */
/*
 * What brings the shim into a child: LD_PRELOAD and the GSSTAP_ variables, as they were when the process
 * began. They are copies: programs write their title over the environment that they were given.
 */
#include "shim/core/policy.h"
#include "shim/core/lock.h"
#include "shim/core/readable.h"
#include "shim/core/text.h"
#include "shim/exec/exec.h"
#include "trace/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

/* Every variable that the shim reads; the first three ask for something. */
static const char *const names[] = {
	"GSSTAP_TRACE=", "GSSTAP_POLICY=",   "GSSTAP_HELLO=",	    "GSSTAP_LEVEL=",
	"GSSTAP_CALLS=", "GSSTAP_MAX_SIZE=", "GSSTAP_FOLLOW_EXEC=", "GSSTAP_KRB5_TRACE="};
#define SETTINGS (sizeof(names) / sizeof(names[0]))
#define ASKING 7u /* bits of those */
#define HELLO 2
#define PRELOAD (1u << SETTINGS) /* bit of `missing`; the settings have those below */

static const char preload_name[] = "LD_PRELOAD=", filter_name[] = "GSSTAP_FILTER=";
#define FILTER (PRELOAD << 1)
/* Of enum tap_exec_filter. */
static char *const filters[] = {NULL, "GSSTAP_FILTER=kills", "GSSTAP_FILTER=kills-getpid"};
static char *settings[SETTINGS]; /* NAME=value, or NULL */
static unsigned needed;		 /* bits */
static const char *preload;	 /* what of LD_PRELOAD brings us; NULL: something else did */
static bool follow;
bool tap_exec_asked;

#define STARTS(text, with) (!strncmp(text, with, sizeof(with) - 1))

static char *keep(char **room, const char *text, size_t length)
{
	char *copy = *room;

	memcpy(copy, text, length);
	copy[length] = 0;
	*room += length + 1;
	return copy;
}

static size_t size_of_settings(char *const *envp)
{
	size_t size = 0;

	for (; envp && *envp; envp++)
		if (STARTS(*envp, "GSSTAP_") || STARTS(*envp, preload_name))
			size += strlen(*envp) + 1;
	return size;
}

/* Which setting a variable is, or SETTINGS: one that is empty is none. */
static unsigned setting_of(const char *variable)
{
	unsigned i = 0;

	if (variable[0] != 'G')
		return SETTINGS;
	while (i < SETTINGS && strncmp(variable, names[i], strlen(names[i])))
		i++;
	return i < SETTINGS && variable[strlen(names[i])] ? i : SETTINGS;
}

static void keep_settings(char *const *envp, char *room)
{
	for (; envp && *envp; envp++) {
		unsigned i = setting_of(*envp);

		if (i < SETTINGS) {
			settings[i] = keep(&room, *envp, strlen(*envp));
			needed |= 1u << i;
		} else if (STARTS(*envp, preload_name)) {
			const char *value = *envp + sizeof(preload_name) - 1, *us = tap_preload_us(value);

			if (us)
				preload = keep(&room, value, tap_preload_part(value, us));
		}
	}
}

void tap_exec_start(void)
{
	size_t size = getauxval(AT_SECURE) ? 0 : size_of_settings(environ);
	char *room;

	tap_first_process = tap_process();
	tap_first_lineage = tap_lineage();
	if (!size)
		return;
	tap_preload_is(tap_shim_path());
	room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return;
	keep_settings(environ, room);
	if (!(needed & ASKING))
		return;
	if (preload)
		needed |= PRELOAD;
	follow = getenv("GSSTAP_FOLLOW_EXEC");
	tap_exec_asked = true;
}

void tap_exec_filter_from(const char *value)
{
	for (int i = TAP_FILTER_KILLS; value && i <= TAP_FILTER_KILLS_GETPID; i++)
		if (!strcmp(value, filters[i] + sizeof(filter_name) - 1))
			tap_exec_filter = (enum tap_exec_filter)i;
	tap_unasked |= tap_exec_filter != TAP_FILTER_NONE;
}

bool tap_exec_must(void)
{
	return TAP_POLICY(pol_enforces);
}

static bool follows(void)
{
	return follow || tap_exec_must();
}

size_t tap_exec_look(struct tap_exec *e, char *const *envp)
{
	unsigned seen = 0;

	e->count = 0;
	e->preload = NULL;
	for (; envp && envp[e->count]; e->count++) {
		const char *variable = envp[e->count];
		unsigned i = setting_of(variable);

		if (i < SETTINGS)
			seen |= 1u << i;
		/* Another run's: there it is that one which is answered. */
		if (i == HELLO && settings[i] && strcmp(variable, settings[i]))
			e->elsewhere = true;
		if (tap_exec_filter && !strcmp(variable, filters[tap_exec_filter]))
			seen |= FILTER;
		if (variable[0] == 'L' && STARTS(variable, preload_name))
			e->preload = variable + sizeof(preload_name) - 1; /* ld.so takes the last */
	}
	if (tap_preload_us(e->preload))
		seen |= PRELOAD;
	e->missing = needed & ~seen;
	/* Who only takes back how it is done, the level, say, has not lost what is asked for. */
	if (!(e->missing & (PRELOAD | ASKING)))
		e->missing = 0;
	tap_exec_find(e);
	if (!tap_exec_filter && (e->missing ? follows() : !tr_confined))
		e->secure = tap_exec_is_secure(e);
	if (e->missing && (!follows() || e->secure))
		return 0;
	e->put = e->missing | (tap_exec_filter ? FILTER & ~seen : 0);
	e->restored = e->put;
	return e->put ? tap_exec_room(e) : 0;
}

size_t tap_exec_room(const struct tap_exec *e)
{
	return (e->count + SETTINGS + 3) * sizeof(char *) + sizeof(preload_name) +
	       (preload ? strlen(preload) : 0) + (e->preload ? strlen(e->preload) : 0) + 2;
}

char **tap_exec_fill(const struct tap_exec *e, char *const *envp, void *room)
{
	char **out = room, *text = (char *)(out + e->count + SETTINGS + 3);
	size_t n = 0;

	for (size_t i = 0; i < e->count; i++) {
		bool replaced = (e->put & PRELOAD && STARTS(envp[i], preload_name)) ||
				(e->put & FILTER && STARTS(envp[i], filter_name));

		for (unsigned s = 0; s < SETTINGS && !replaced; s++)
			replaced = e->put & 1u << s && !strncmp(envp[i], names[s], strlen(names[s]));
		if (!replaced)
			out[n++] = envp[i];
	}
	if (e->put & PRELOAD) {
		out[n++] = text;
		memcpy(text, preload_name, sizeof(preload_name));
		tap_preload_compose(preload, e->preload, text + sizeof(preload_name) - 1);
	}
	for (unsigned s = 0; s < SETTINGS; s++)
		if (e->put & 1u << s)
			out[n++] = settings[s];
	if (e->put & FILTER)
		out[n++] = filters[tap_exec_filter];
	out[n] = NULL;
	return out;
}

void tap_exec_missing(const struct tap_exec *e, char *out, size_t size)
{
	out[0] = 0;
	if (e->missing & PRELOAD)
		tap_append(out, size, "LD_PRELOAD");
	for (unsigned s = 0; s < SETTINGS; s++) {
		if (!(e->missing & 1u << s))
			continue;
		tap_append(out, size, out[0] ? ", " : "");
		tap_append(out, size, names[s]);
		out[strlen(out) - 1] = 0; /* its = */
	}
}
