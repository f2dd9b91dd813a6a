/* SPDX-License-Identifier: MIT */
/*
 * Where the library is that belongs to this command: beside it in the build tree, else where it was
 * installed.
 */
#include "tools/base/tool.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef TOOL_LIBDIR
#define TOOL_LIBDIR "/usr/local/lib/gsstap"
#endif

const char *tool_shim_path(void)
{
	static char path[PATH_MAX];
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int error = errno;

	if (n > 0) {
		self[n] = 0;
		*strrchr(self, '/') = 0;
		if (snprintf(path, sizeof(path), "%s/libgsstap.so", self) < (int)sizeof(path) &&
		    !access(path, R_OK))
			return path;
		/* Installed as PREFIX/bin/gsstap: the shim is PREFIX/lib/gsstap, wherever PREFIX was moved
		 * to. */
		if (snprintf(path, sizeof(path), "%s/../lib/gsstap/libgsstap.so", self) < (int)sizeof(path)) {
			static char real[PATH_MAX];

			if (realpath(path, real))
				return real;
		}
	}
	snprintf(path, sizeof(path), "%s/libgsstap.so", TOOL_LIBDIR);
	if (!access(path, R_OK))
		return path;
	if (n < 0)
		tool_error("libgsstap.so is not in %s, and whether it is beside this program cannot be told: "
			   "/proc/self/exe: %s; is /proc mounted?",
			   TOOL_LIBDIR, strerror(error));
	else
		tool_error("libgsstap.so is neither beside this program nor in %s: run make, or make install",
			   TOOL_LIBDIR);
	return NULL;
}
