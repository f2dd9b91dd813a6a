/* SPDX-License-Identifier: MIT */
/* What was asked for, and which calls become events. */
#ifndef SHIM_SELECT_H
#define SHIM_SELECT_H

#include "shim/loader/names.h"

#include <stdbool.h>

/* Anything asked for? Without it a wrapper finds the real function and nothing else. */
extern bool tap_on;
/* The trace lines of MIT's libkrb5? Only where events are recorded. */
extern bool tap_krb5_trace;
/* Failures, and no call that was chosen by its name? */
extern bool tap_failures_alone;

/*
 * The host's own calls are recorded. Of those that a library makes to itself, which are hundreds in a
 * handshake, only the ones that say why: failures, and handshakes within handshakes (SPNEGO's).
 */
enum tap_record { TAP_RECORD_NOT = 0, TAP_RECORD_FAILURE, TAP_RECORD };

extern uint8_t tap_wanted[TAP_IDS];
/* Only those whose names match one of the shell patterns, which commas part, and judged ones that fail;
 * "failures": all that fail; NULL or "": the table as it is. */
void tap_select(const char *patterns);
/* Those of them that are kept to, in the same form; "": all calls are recorded. */
extern char tap_selection[512];

#endif
