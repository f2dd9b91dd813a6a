/* SPDX-License-Identifier: MIT */
/*
 * two_a linked to the second libzmq (flags.mk). It must stay the same source.
 */
#include "two_a.c"
