/* SPDX-License-Identifier: MIT */
/*
 * One krb5.conf: can it be read, does libkrb5 take it, and if not, from which line on.
 */
#ifndef TOOLS_DOCTOR_CONFIG_FILE_H
#define TOOLS_DOCTOR_CONFIG_FILE_H

#include "tools/doctor/probe.h"

struct probe_config_file {
	struct probe_file file;
	int32_t code; /* libkrb5 does not take it: why, and from which line on; 0: it does */
	char *text;
	unsigned line; /* 0: not known */
};

void probe_config_file_look(struct probe_config_file *file, const char *path);
void probe_config_file_free(struct probe_config_file *file);

#endif
