/* SPDX-License-Identifier: MIT */
/*
 * handshake, linked -z now (flags.mk): every reference is bound before main(), and the table is read-only
 * after. It must stay the same program.
 */
#include "handshake.c"
