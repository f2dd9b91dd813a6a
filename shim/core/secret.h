/* SPDX-License-Identifier: MIT */
/*
 * Where a secret may stand in a command line. What is not known to be harmless counts as one: where it is not
 * clear how much it is, more is. Nothing is allocated.
 */
#ifndef SHIM_CORE_SECRET_H
#define SHIM_CORE_SECRET_H

#include <stdbool.h>

/* The first in an argument, and what comes after it. NULL: there is none. */
const char *tap_secret_in(const char *argument, const char **after);
/* The one that is glued to an option of one letter. NULL: there is none. */
const char *tap_secret_glued(const char *option);

/* What an option says of the argument behind it. */
enum tap_secret_next {
	TAP_SECRET_NONE,   /* nothing */
	TAP_SECRET_ALL,	   /* it is one */
	TAP_SECRET_PAIR,   /* who it is, and perhaps a password with it */
	TAP_SECRET_UNLESS, /* it may be one, unless it looks harmless */
};
enum tap_secret_next tap_secret_after(const char *option);
/* Where it begins in an argument of which this was said. NULL: it has none of that kind. */
const char *tap_secret_there(const char *argument, enum tap_secret_next said);

/* Is there such a file? Nothing is opened but the name, so that no device or pipe notices. */
bool tap_is_file(const char *path);

#endif
