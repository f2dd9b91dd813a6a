/* SPDX-License-Identifier: MIT */
/*
 * handshake, built against Heimdal (flags.mk): its gss_ functions have other version nodes and other
 * structures behind the same names, and speak to the MIT realm. It must stay the same program.
 */
#include "handshake.c"
