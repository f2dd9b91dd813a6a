/* SPDX-License-Identifier: MIT */
/*
 * jump_out_of_files DIRECTORY: makes thousands of calls that allocate nothing. A file that is made in the
 * directory is a signal, whose handler leaves by siglongjmp what made it.
 */
#include "gss.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>

#define CALLS 20000

static sigjmp_buf back;
static volatile sig_atomic_t calls, jumps, may_jump;

static void jump(int signal)
{
	if (!may_jump)
		return;
	jumps = jumps + 1;
	siglongjmp(back, signal);
}

int main(int argc, char **argv)
{
	gss_buffer_desc nothing = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;
	int directory = open(argc > 1 ? argv[1] : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	signal(SIGIO, jump);
	need(!fcntl(directory, F_NOTIFY, DN_CREATE | DN_MULTISHOT), "to be told of files");
	sigsetjmp(back, 1);
	while (calls < CALLS) {
		calls = calls + 1;
		may_jump = 1;
		gss_release_buffer(&minor, &nothing);
		may_jump = 0;
	}
	puts(jumps > 1 ? "jumped" : "stayed");
	return 0;
}
