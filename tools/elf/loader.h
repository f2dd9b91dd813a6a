/* SPDX-License-Identifier: MIT */
/*
 * What this machine's dynamic loader says of itself (ld.so --list-diagnostics, glibc 2.33): where it looks.
 *
 * It is this program's own loader that is asked, without any file to load: what is inspected is neither
 * executed nor given to a loader.
 */
#ifndef TOOLS_ELF_LOADER_H
#define TOOLS_ELF_LOADER_H

#include "tools/base/list.h"

struct elf_loader {
	struct list directories; /* built in, searched last */
	struct list levels;	 /* subdirectories of glibc-hwcaps that this CPU can use, best first */
	char *lib, *platform;	 /* $LIB, $PLATFORM */
};

/* A loader that does not answer (older, or gone) leaves the customary directories. */
void elf_loader_ask(struct elf_loader *loader);
void elf_loader_free(struct elf_loader *loader);

#endif
