/* SPDX-License-Identifier: MIT */
/* What of a trace line of libkrb5's may be kept. */
#ifndef SHIM_KRB5_TRACE_TEXT_H
#define SHIM_KRB5_TRACE_TEXT_H

#include <stddef.h>

/*
 * The text of a line as a callback is given it, "[pid] seconds.microseconds: text\n", without what is around
 * it and what nobody may have, into out, always terminated; a longer one is cut. Returns its length.
 */
size_t tap_krb5_text(const char *line, char *out, size_t size);

#endif
