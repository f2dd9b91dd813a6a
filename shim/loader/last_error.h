/* SPDX-License-Identifier: MIT */
/* What the host may still fetch by dlerror. */
#ifndef SHIM_LAST_ERROR_H
#define SHIM_LAST_ERROR_H

/* Once: where the C library keeps it. */
void tap_find_last_error(void);
/* Around look-ups of ours on a thread of the host's. */
void *tap_last_error_aside(void);
void tap_last_error_back(void *kept);

#endif
