/* SPDX-License-Identifier: MIT */
/*
 * A program that uses neither library, so that any C library can be linked: it loads what it is told to, and
 * names it in a string. GO adds the note by which Go's linker marks its programs (cmd/internal/buildid).
 */
#include <stdio.h>

#ifdef LOADS
#include <dlfcn.h>
#endif

#ifdef GO
__asm__(".section .note.go.buildid,\"a\",@note\n"
	".balign 4\n"
	".long 4, 4, 4\n"
	".ascii \"Go\\0\\0\"\n"
	".ascii \"test\"\n"
	".previous\n");
#endif

int main(void)
{
#ifdef LOADS
	void *library = dlopen("libzmq.so.5", RTLD_NOW | RTLD_LOCAL);

	if (library && dlsym(library, "zmq_bind"))
		puts("loaded");
#endif
	puts("ran");
	return 0;
}
