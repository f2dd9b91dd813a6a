/* SPDX-License-Identifier: MIT */
#ifndef SHIM_MONOTONIC_H
#define SHIM_MONOTONIC_H

#include <stdint.h>

/*
 * ns since some moment, of the kernel's clock that nobody sets: asked by system call, since clock_gettime may
 * be somebody's who shows the program another time (libfaketime), or has it stand still. Under a filter,
 * which may forbid that, the C library tells it, to some milliseconds.
 */
uint64_t tap_monotonic_ns(void);

/* The same to some milliseconds, without a system call; 0: there is no such clock. */
uint64_t tap_coarse_ns(void);

#endif
