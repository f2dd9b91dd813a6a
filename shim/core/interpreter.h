/* SPDX-License-Identifier: MIT */
/* Interpreters that are known by name, and what their command lines give them to run. */
#ifndef SHIM_INTERPRETER_H
#define SHIM_INTERPRETER_H

#include <stddef.h>

/*
 * Code follows the letter `code`, in a group or alone, glued to it or as the next argument that is no option.
 * A letter of `valued` has the rest of its group for a value, or else the next argument: any that may have,
 * since what is hidden depends on it.
 *
 * The others are what is certain of it: letters without a value, with the rest of the group for one, with
 * that or the next argument; and the code behind which no script comes. What is in none makes it uncertain
 * what is run.
 */
struct tap_interpreter {
	const char *name, *code, *valued;
	const char *bare, *glued, *takes, *ends;
	char module, file;	  /* whose value is a module's name, or the script */
	const char *words, *with; /* long options, each between spaces: alone, and before their value */
};

/* By its name, behind which there may be a version; NULL: it is none that is known. */
const struct tap_interpreter *tap_interpreter_of(const char *exe);

enum tap_given { TAP_GIVEN_NOTHING, TAP_GIVEN_FILE, TAP_GIVEN_MODULE, TAP_GIVEN_UNKNOWN };

/* What it is given to run by its arguments, each ended by a NUL, of which the first is its own name. Where
 * they may be read in two ways it is unknown. */
enum tap_given tap_given(const struct tap_interpreter *by, const char *arguments, size_t length,
			 const char **name);

#endif
