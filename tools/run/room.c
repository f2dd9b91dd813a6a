/* SPDX-License-Identifier: MIT */
/*
 * Lifts the file size limit for a moment, as far as anybody may. It is put back before there is a child to
 * inherit it.
 */
#include "tools/run/room.h"

void run_room_enter(struct rlimit *before)
{
	getrlimit(RLIMIT_FSIZE, before);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){before->rlim_max, before->rlim_max});
}

void run_room_leave(const struct rlimit *before)
{
	setrlimit(RLIMIT_FSIZE, before);
}

bool run_room_for(size_t length)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur >= length;
}
