/* SPDX-License-Identifier: MIT */
/*
 * system and popen take no environment: the C library gives their shell the host's, which is not ours to
 * change, not even for a moment, since other threads read it. So their shell is told to put back what is
 * missing and to become the shell that they meant, with the command as it was given.
 */
#include "shim/exec/exec.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The text in single quotes; NULL out only counts. */
static size_t quote(char *out, const char *text)
{
	size_t n = 0;

#define PUT(c) (out ? (void)(out[n] = (c)) : (void)0, n++)
	PUT('\'');
	for (; *text; text++) {
		PUT(*text);
		if (*text == '\'') {
			PUT('\\');
			PUT('\'');
			PUT('\'');
		}
	}
	PUT('\'');
#undef PUT
	return n;
}

static size_t add(char *out, size_t n, const char *text)
{
	if (out)
		memcpy(out + n, text, strlen(text));
	return n + strlen(text);
}

/* The last argument is the shell's name in its messages. */
static size_t write_script(char *out, char *const *envp, const char *command)
{
	size_t n = add(out, 0, "export");

	for (; *envp; envp++) {
		size_t name = (size_t)(strchr(*envp, '=') + 1 - *envp);

		n = add(out, n, " ");
		if (out)
			memcpy(out + n, *envp, name);
		n += name;
		n += quote(out ? out + n : NULL, *envp + name);
	}
	n = add(out, n, ";exec /bin/sh -c ");
	n += quote(out ? out + n : NULL, command);
	if (command[0] != '-' && command[0] != '+') /* which the shell takes for an option: another follows */
		n = add(out, n, " sh");
	if (out)
		out[n] = 0;
	return n + 1;
}

char *tap_exec_script(const struct tap_exec *e, const char *command, size_t *size)
{
	size_t room = tap_exec_room(e), length;
	char **envp = tap_exec_map(room), *script = NULL;
	struct tap_exec only = *e;

	if (!envp)
		return NULL;
	only.count = 0; /* nothing of the host's: the shell has that */
	envp = tap_exec_fill(&only, NULL, envp);
	length = write_script(NULL, envp, command);
	if (length <= TAP_ARGUMENT_MOST)
		script = tap_exec_map(length);
	if (script)
		write_script(script, envp, command);
	munmap(envp, room);
	*size = length;
	return script;
}
