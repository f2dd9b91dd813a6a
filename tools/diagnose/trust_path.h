/* SPDX-License-Identifier: MIT */
/* Can others than root and who asks put another file in the place of one? */
#ifndef TOOLS_DIAGNOSE_TRUST_PATH_H
#define TOOLS_DIAGNOSE_TRUST_PATH_H

#include <stdbool.h>

/* By the owners and modes of the directories on the way to it, with and without links; it need not exist. */
bool trust_path(const char *path);

#endif
