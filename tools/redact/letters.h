/* SPDX-License-Identifier: MIT */
/* Letters of all alphabets: what of them is the same but for case, and what an invented one looks like. */
#ifndef TOOLS_REDACT_LETTERS_H
#define TOOLS_REDACT_LETTERS_H

#include <stddef.h>
#include <stdint.h>

/*
 * By Unicode's simple folding, letter for letter: what differs in case alone becomes the same. Bytes that are
 * no UTF-8 stay. to: twice as many bytes, as some letters grow by one. Returns how many they are.
 */
size_t letters_fold(const uint8_t *at, size_t length, char *to);

/* For the character that begins at `at`, which is no ASCII: another one of as many bytes, which it returns.
 * chance: gives a number below what it is asked for. */
size_t letters_invent(const char *at, size_t left, char *to, uint32_t (*chance)(uint32_t most));

/*
 * A word that was invented for a folded one, in the case that the letters of `like` have, which folds to it:
 * length bytes, those of `like`. Of a letter whose cases differ in length another one comes for each.
 */
void letters_unfold(const char *invented, size_t invented_length, const uint8_t *like, size_t length,
		    uint8_t *to);

#endif
