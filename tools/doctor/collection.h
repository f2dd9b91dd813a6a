/* SPDX-License-Identifier: MIT */
/*
 * The directory behind a DIR cache, looked at before libkrb5 is asked about it: that makes the directory, and
 * in it the file `primary`, and it waits for a pipe to say something.
 */
#ifndef TOOLS_DOCTOR_COLLECTION_H
#define TOOLS_DOCTOR_COLLECTION_H

#include "tools/doctor/probe.h"

/*
 * What libkrb5 may be asked for in place of a cache's name, so that it only looks; a new string. Mostly it is
 * the same name. NULL: nothing: *code says why, and file is what is in the way, if something is.
 */
char *probe_collection_name(const char *name, struct probe_file *file, int32_t *code);

#endif
