/* SPDX-License-Identifier: MIT */
/*
 * Tells, on stderr or in the file OUT names, what a program can see of itself: the next free descriptors,
 * threads, signal handling, mask, umask, working directory; before its first call, after it, and after many.
 */
#include "gss.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *out;

static void free_numbers(void)
{
	int fds[5];

	for (int i = 0; i < 5; i++)
		fds[i] = open("/dev/null", O_RDONLY);
	fprintf(out, "free %d %d %d %d %d\n", fds[0], fds[1], fds[2], fds[3], fds[4]);
	for (int i = 0; i < 5; i++)
		close(fds[i]);
}

static void status(void)
{
	static const char *const told[] = {
		"Threads:", "SigBlk:", "SigIgn:", "SigCgt:", "Umask:", "NoNewPrivs:"};
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
			if (!strncmp(line, told[i], strlen(told[i])))
				fputs(line, out);
	fclose(file);
}

static void tell(const char *when)
{
	char directory[4096];

	fprintf(out, "%s, in %s\n", when, getcwd(directory, sizeof(directory)));
	free_numbers();
	status();
}

int main(void)
{
	OM_uint32 minor;
	gss_buffer_desc nothing = GSS_C_EMPTY_BUFFER;
	struct pair p;

	out = getenv("OUT") ? fopen(getenv("OUT"), "w") : stderr;
	tell("before");
	gss_release_buffer(&minor, &nothing);
	tell("after the first call");
	p = shake_hands(&oid_krb5);
	for (int i = 0; i < 3000; i++)
		send_message(&p, "many");
	hang_up(&p);
	tell("after many");
	return 0;
}
