/* SPDX-License-Identifier: MIT */
/*
 * The digits of a number, without stdio: the shim writes some in any host, below malloc too. policy/, which
 * includes nothing of ours, has its own (pol_say_number).
 */
#ifndef TRACE_DECIMAL_H
#define TRACE_DECIMAL_H

#include <stdint.h>

#define TR_DECIMAL 21 /* the most that a number takes, with its NUL */

/* Into the end of the room; where they begin. */
static inline const char *tr_decimal(char room[TR_DECIMAL], uint64_t number)
{
	char *at = room + TR_DECIMAL - 1;

	*at = 0;
	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	return at;
}

#endif
