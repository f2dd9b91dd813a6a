/* SPDX-License-Identifier: MIT */
/* See monotonic.h. */
#include "shim/core/monotonic.h"

#include "trace/writer.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

uint64_t tap_monotonic_ns(void)
{
	struct timespec t = {0};

	if (tr_confined)
		clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	else
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
