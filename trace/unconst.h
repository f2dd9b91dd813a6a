/* SPDX-License-Identifier: MIT */
/*
 * For interfaces of others that take without const what they do not change (libgssapi, libkrb5, iovec, free).
 * Every such place is found by this name: -Wcast-qual refuses a cast that only takes const away.
 */
#ifndef TRACE_UNCONST_H
#define TRACE_UNCONST_H

#include <stdint.h>

#define TR_UNCONST(pointer) ((void *)(uintptr_t)(pointer))

#endif
