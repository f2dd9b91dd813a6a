/* SPDX-License-Identifier: MIT */
/* Texts of bounded length, without the heap. */
#ifndef SHIM_TEXT_H
#define SHIM_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* A copy of text into out, cut to size, always terminated. */
void tap_copy(char *out, size_t size, const char *text);
void tap_append(char *out, size_t size, const char *text);
/* In decimal. */
void tap_append_number(char *out, size_t size, uint64_t number);

#endif
