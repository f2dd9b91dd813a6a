/* SPDX-License-Identifier: MIT */
/*
 * A kick, put into the compiled policy that stands somewhere.
 */
#ifndef TOOLS_KICK_PUT_H
#define TOOLS_KICK_PUT_H

#include "tools/kick/place.h"

#include <stdbool.h>

/* Does a compiled policy, in whatever state, stand there? */
bool kick_is_policy(const struct kick_place *place);

/*
 * Puts the same policy with one kick more in its place, and its status into *place. Returns 0, or -1 with a
 * sentence in error; nothing has changed then.
 */
int kick_put(struct kick_place *place, const char *pattern, char *error, size_t size);

#endif
