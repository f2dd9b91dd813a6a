/* SPDX-License-Identifier: MIT */
/*
 * What the host gives to be executed. It leads to the kernel, which finds pointers that lead nowhere; what is
 * behind them is read here only where the kernel can read it.
 */
#include "shim/core/readable.h"
#include "shim/exec/exec.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static bool has_environment(struct tap_readable *texts, char *const *envp)
{
	struct tap_readable array = {0};

	for (; envp; envp++) {
		if (!tap_is_readable(&array, envp, sizeof(*envp)))
			return false;
		if (!*envp)
			break;
		if (!tap_is_text(texts, *envp, TAP_ARGUMENT_MOST))
			return false;
	}
	return true;
}

bool tap_exec_is_searched(const struct tap_exec *e)
{
	return e->search && !strchr(e->path, '/');
}

bool tap_exec_may_be(struct tap_exec *e, char *const *envp)
{
	struct tap_readable texts = {0};

	if (!tap_is_text(&texts, e->path, PATH_MAX))
		return false;
	e->itself = e->or_itself && !*e->path;
	if (e->itself && e->fd < 0)
		return false;
	/* PATH is in the host's own. */
	return has_environment(&texts, envp) &&
	       (!tap_exec_is_searched(e) || has_environment(&texts, environ));
}

bool tap_exec_may_be_command(const char *command)
{
	struct tap_readable texts = {0};

	return tap_is_text(&texts, command, TAP_ARGUMENT_MOST);
}
