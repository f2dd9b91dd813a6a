/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a script: its #! line is followed to a program or to a problem, never to both, and env's
 * arguments are taken apart. What the bytes name is read only where it is a regular file.
 */
#include "tools/elf/script.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_chain chain;
	char path[64];
	int fd = memfd_create("script", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		__builtin_trap();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	elf_script_follow(path, &chain);
	if (!chain.program == !chain.problem)
		__builtin_trap();
	elf_chain_free(&chain);
	close(fd);
	return 0;
}
