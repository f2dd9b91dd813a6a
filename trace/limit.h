/* SPDX-License-Identifier: MIT */
/*
 * "SIZE[K|M|G][,FILES[,USR2]]": how large a trace may become before the next one is begun, how many are kept,
 * and whether SIGUSR2 begins the next one as well.
 * Read by the shim out of GSSTAP_MAX_SIZE, and by the tools, which say what is wrong with it before a program
 * is started.
 */
#ifndef TR_LIMIT_H
#define TR_LIMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TR_LIMIT_LEAST (64u << 10) /* bytes: a few pages a thread must fit */
#define TR_LIMIT_FILES 256
/* Why events are gone with a file that was one too many: nothing that went wrong. */
#define TR_LIMIT_REMOVED "older files of this trace were removed, as was asked for (--max-size)"

static inline const char *tr_limit_number(const char *text, uint64_t *value)
{
	const char *start = text;

	for (*value = 0; *text >= '0' && *text <= '9' && *value < UINT64_MAX / 100; text++)
		*value = *value * 10 + (uint64_t)(*text - '0');
	return text > start ? text : NULL;
}

static inline bool tr_limit_read(const char *text, uint64_t *bytes, uint32_t *files, bool *by_signal)
{
	static const char units[] = "KMG";
	const char *unit;
	uint64_t most = TR_LIMIT_FILES;

	text = tr_limit_number(text, bytes);
	unit = text && *text ? strchr(units, *text) : NULL;
	if (unit && *bytes >> 40)
		return false;
	if (unit) {
		*bytes <<= 10 * (unit - units + 1);
		text++;
	}
	*by_signal = false;
	if (text && *text == ',') {
		text = tr_limit_number(text + 1, &most);
		*by_signal = text && !strcmp(text, ",USR2");
		text += *by_signal ? strlen(text) : 0;
	}
	*files = (uint32_t)most;
	return text && !*text && *bytes >= TR_LIMIT_LEAST && most && most <= TR_LIMIT_FILES;
}

#endif
