/* SPDX-License-Identifier: MIT */
/*
 * two_b compiled so that each call is a tail call (flags.mk), as thin wrappers are at -O2: the return address
 * that the library sees lies in the program, which has no libzmq. It must stay the same source.
 */
#include "two_a.c"
