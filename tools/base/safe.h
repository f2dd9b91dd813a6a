/* SPDX-License-Identifier: MIT */
/*
 * Text from traces, ELF files, scripts and peers, made harmless for a terminal: the one place that knows what
 * may be shown as it is. Controls (C0, C1), what reorders or hides text, separators and what is no UTF-8 are
 * written as escapes, which nothing but ASCII is made of.
 */
#ifndef TOOLS_BASE_SAFE_H
#define TOOLS_BASE_SAFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The character at `at` and its length in bytes, or 0 when it is no valid UTF-8. left > 0. */
size_t safe_utf8(const uint8_t *at, size_t left, uint32_t *code);

/* May this character be shown as it is? No control, no line separator, no change of direction. */
bool safe_printable(uint32_t code);

/* May these bytes be shown as they are, all of them? */
bool safe_is(const void *text, size_t length);

/*
 * The harmless form of the character at `at`: itself, "\n", "\r", "\t", "\xNN" for a byte, "\u{NNNNNN}" for a
 * character. *used: the bytes of the input that it stands for. Returns the length of the form; left > 0.
 */
#define SAFE_FORM 12
size_t safe_form(const uint8_t *at, size_t left, char form[SAFE_FORM], size_t *used);

/* A harmless copy that the caller frees; NULL: no memory. Backslashes stay as they are. */
char *safe_text(const void *text, size_t length);

/* Writes the harmless form of a text; nothing where memory is out. */
void safe_put(const void *text, size_t length, FILE *file);

#endif
