/* SPDX-License-Identifier: MIT */
/*
 * full_for_a_while cut|next FILE: calls, has its trace FILE cut, or wants the next one (SIGUSR2), while no
 * file may be longer than 100 bytes, and calls on; then once more without a limit. Its 60 calls are
 * gss_import_name.
 */
#include "gss.h"
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static void limit(rlim_t bytes)
{
	struct rlimit r = {bytes, RLIM_INFINITY};

	need(!setrlimit(RLIMIT_FSIZE, &r), "setrlimit");
}

static void call(void)
{
	gss_buffer_desc text = {5, "alice"};
	OM_uint32 minor;
	gss_name_t name;

	for (int i = 0; i < 20; i++) {
		need(!gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, &name), "gss_import_name");
		gss_release_name(&minor, &name);
	}
}

int main(int argc, char **argv)
{
	need(argc == 3, "full_for_a_while cut|next FILE");
	call();
	limit(100);
	if (!strcmp(argv[1], "cut"))
		need(!truncate(argv[2], 0), "truncate");
	else
		raise(SIGUSR2);
	call();
	limit(RLIM_INFINITY);
	call();
	return 0;
}
