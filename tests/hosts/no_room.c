/* SPDX-License-Identifier: MIT */
/*
 * no_room fds|late-fds|memory|file|late-file: makes calls where the system gives nothing more: no descriptor
 * from the first call on, none after the handshake, no more address space, files of 16 KB at most from the
 * first call on, or none after the handshake (a byte too many is a SIGXFSZ).
 */
#include "gss.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

static void limit(int what, rlim_t to)
{
	struct rlimit r = {to, to};

	need(!setrlimit((__rlimit_resource_t)what, &r), "setrlimit");
}

static void no_descriptor(void)
{
	limit(RLIMIT_NOFILE, 32);
	while (open("/dev/null", O_RDONLY) >= 0)
		;
}

static void no_memory(void)
{
	char *pages = NULL, line[128];
	FILE *statm = fopen("/proc/self/statm", "r");

	if (statm && fgets(line, sizeof(line), statm))
		limit(RLIMIT_AS, (rlim_t)(strtoul(line, &pages, 10) * 4096 + 65536));
	need(pages && pages != line, "statm");
	fclose(statm);
}

static void names(void)
{
	gss_name_t name = import(SERVICE);
	OM_uint32 minor;

	printf("name %08x\n", gss_release_name(&minor, &name));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct pair p;

	if (!strcmp(what, "fds")) {
		no_descriptor();
		names();
		return 0;
	}
	if (!strcmp(what, "file"))
		limit(RLIMIT_FSIZE, 16384);
	p = shake_hands(&oid_krb5);
	if (!strcmp(what, "late-fds"))
		no_descriptor();
	if (!strcmp(what, "late-file"))
		limit(RLIMIT_FSIZE, 0);
	if (!strcmp(what, "memory"))
		no_memory();
	for (int i = 0; i < 5000; i++)
		send_message(&p, "where there is no room");
	names();
	hang_up(&p);
	return 0;
}
