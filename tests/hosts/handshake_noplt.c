/* SPDX-License-Identifier: MIT */
/*
 * handshake, compiled -fno-plt (flags.mk): calls go straight through the global offset table, so that no
 * JUMP_SLOT relocation names a gss_ function. It must stay the same program.
 */
#include "handshake.c"
