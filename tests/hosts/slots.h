/* SPDX-License-Identifier: MIT */
/* Where libzmq keeps the addresses of the C library's functions that it calls, as the loader sees it. */
#ifndef HOSTS_SLOTS_H
#define HOSTS_SLOTS_H

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline const struct link_map *libzmq(void)
{
	const struct link_map *map = dlopen("libzmq.so.5", RTLD_LAZY | RTLD_NOLOAD);

	if (!map)
		exit(3);
	return map;
}

/* Of this function; the first of its places is for calls through the procedure linkage table. */
static inline void **libzmq_slot(const char *name)
{
	const ElfW(Sym) *symbols = NULL;
	const ElfW(Rela) *plt = NULL;
	const char *strings = NULL;
	size_t count = 0;
	char *bias = (char *)libzmq()->l_addr;

	for (const ElfW(Dyn) *d = libzmq()->l_ld; d->d_tag; d++) {
		if (d->d_tag == DT_SYMTAB)
			symbols = (const void *)d->d_un.d_ptr;
		if (d->d_tag == DT_STRTAB)
			strings = (const void *)d->d_un.d_ptr;
		if (d->d_tag == DT_JMPREL)
			plt = (const void *)d->d_un.d_ptr;
		if (d->d_tag == DT_PLTRELSZ)
			count = d->d_un.d_val / sizeof(*plt);
	}
	for (; count; count--, plt++)
		if (!strcmp(strings + symbols[ELF64_R_SYM(plt->r_info)].st_name, name))
			return (void **)(bias + plt->r_offset);
	fprintf(stderr, "libzmq does not call %s\n", name);
	exit(3);
}

#endif
