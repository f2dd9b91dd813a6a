/* SPDX-License-Identifier: MIT */
/*
 * For programs that have the shim's sealing within and not the shim: the loader's functions, which the shim
 * must find past its own (shim/loader/next.c), are just those. Include it once a program.
 */
#ifndef TESTS_SEAL_LOADER_H
#define TESTS_SEAL_LOADER_H

#include "shim/loader/last_error.h"
#include "shim/loader/next.h"

#include <dlfcn.h>

void *(*tap_real_dlsym)(void *handle, const char *name) = dlsym;
void *(*tap_real_dlvsym)(void *handle, const char *name, const char *version) = dlvsym;
void *(*tap_real_dlopen)(const char *file, int mode) = dlopen;
int (*tap_real_dlclose)(void *handle) = dlclose;

__attribute__((constructor)) static void find_last_error(void)
{
	tap_find_last_error();
}

#endif
