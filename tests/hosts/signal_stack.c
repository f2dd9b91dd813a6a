/* SPDX-License-Identifier: MIT */
/*
 * How much of an alternate signal stack a handler's calls take, that of the first and of thousands more: the
 * most of it that was written to.
 */
#include "gss.h"
#include <signal.h>
#include <sys/mman.h>

#define ROOM 65536
#define UNTOUCHED 0xa5

static void handler(int signal)
{
	gss_buffer_desc nothing = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor, left;

	(void)signal;
	gss_release_buffer(&minor, &nothing);
	gss_context_time(&minor, GSS_C_NO_CONTEXT, &left);
}

int main(void)
{
	unsigned char *stack = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const stack_t alternate = {.ss_sp = stack, .ss_size = ROOM};
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	size_t untouched = 0;

	need(stack != MAP_FAILED, "a stack");
	memset(stack, UNTOUCHED, ROOM);
	sigaltstack(&alternate, NULL);
	sigaction(SIGUSR1, &action, NULL);
	for (int i = 0; i < 3000; i++)
		raise(SIGUSR1);
	while (stack[untouched] == UNTOUCHED)
		untouched++;
	printf("%zu\n", ROOM - untouched);
	return 0;
}
