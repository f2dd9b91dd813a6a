/* SPDX-License-Identifier: MIT */
/* What is said to `gsstap run`, through the file that it made for that; hello.c says how. */
#ifndef SHIM_HELLO_H
#define SHIM_HELLO_H

#include <stddef.h>

/* The file, or "" or NULL: nobody listens. */
void tap_hello_to(const char *path);
/* The shim is here. */
void tap_hello(void);
/* There will be no trace. */
void tap_trace_failed(const char *path, int error);
/* The same of this process, at its first event: a hook of the writer's. */
void tap_trace_not_made(const char *path, int error);
/* A variable says what it cannot say, such as "GSSTAP_LEVEL", "loud", "is no level". */
void tap_bad_setting(const char *variable, const char *value, const char *why);
/* What is wrong with the settings, for the trace; "" when nothing is. */
extern char tap_bad_settings[400];

#endif
