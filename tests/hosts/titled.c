/* SPDX-License-Identifier: MIT */
/*
 * titled [ARG...]: writes its process title over its arguments and its first environment, as sshd and
 * setproctitle do, before it calls GSSAPI; then once more in a child. Prints its command line as the kernel
 * shows it. titled wipe SECRET: writes over the secret alone, as curl does; titled pool SECRET: that, and a
 * new name in place of its own, as a worker does.
 */
#include <gssapi/gssapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void set_title(char **argv)
{
	char *end = argv[0] + strlen(argv[0]) + 1, *none[] = {NULL};

	for (int i = 1; argv[i]; i++)
		end = argv[i] + strlen(argv[i]) + 1;
	for (int i = 0; environ[i]; i++)
		end = environ[i] + strlen(environ[i]) + 1;
	environ = none;
	memset(argv[0], 'x', (size_t)(end - argv[0]) - 1);
	memcpy(argv[0], "titled: at /work", 16);
	environ = NULL;
}

static void call(const char *who)
{
	gss_OID_set mechs = GSS_C_NO_OID_SET;
	OM_uint32 minor, major = gss_indicate_mechs(&minor, &mechs);

	printf("%s: %08x\n", who, major);
	fflush(stdout);
	gss_release_oid_set(&minor, &mechs);
}

int main(int argc, char **argv)
{
	char line[17] = "";
	FILE *shown;

	if (argc > 2 && (!strcmp(argv[1], "wipe") || !strcmp(argv[1], "pool"))) {
		memset(argv[2], ' ', strlen(argv[2]));
		if (!strcmp(argv[1], "pool"))
			strncpy(argv[0], "pool", strlen(argv[0]));
	} else {
		set_title(argv);
	}
	shown = fopen("/proc/self/cmdline", "r");
	if (!shown || fread(line, 1, 16, shown) != 16)
		return 1;
	puts(line);
	call("parent");
	if (!fork()) {
		call("child");
		_exit(0);
	}
	wait(NULL);
	return 0;
}
