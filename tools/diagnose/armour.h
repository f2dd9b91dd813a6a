/* SPDX-License-Identifier: MIT */
/* Base64 undone, where somebody forgot to. */
#ifndef TOOLS_DIAGNOSE_ARMOUR_H
#define TOOLS_DIAGNOSE_ARMOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct armour {
	uint8_t *at; /* to be freed */
	size_t length;
};

/* False: this is no base64 (white space at its end is no fault). */
bool armour_undo(const char *text, size_t length, struct armour *armour);

#endif
