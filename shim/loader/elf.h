/* SPDX-License-Identifier: MIT */
/*
 * Loaded objects as the loader left them in memory: their definitions, and their references to our names.
 * Reads only what the loader itself has accepted.
 */
#ifndef SHIM_ELF_H
#define SHIM_ELF_H

#include <link.h>
#include <stdbool.h>

/* The address at which the object (its load bias and dynamic section) defines the name, or NULL. */
void *tap_elf_definition(ElfW(Addr) bias, const ElfW(Dyn) * dynamic, const char *name);

/* One reference of an object to one of our names. */
struct tap_reference {
	unsigned call;	     /* enum tr_call_id */
	void **slot;	     /* where its address stands, or will once it is bound */
	const char *version; /* the version it asks for, or NULL */
	bool lazy;	     /* a procedure linkage slot, which may not be bound yet */
};

/* Calls back for every reference; stops when that returns true, and returns so. */
bool tap_elf_references(ElfW(Addr) bias, const ElfW(Dyn) * dynamic,
			bool (*each)(const struct tap_reference *reference, void *data), void *data);

/* Where the object keeps the address of a function it refers to by this name: in how many places, of which
 * the first `most` are in slots. */
unsigned tap_elf_slots(ElfW(Addr) bias, const ElfW(Dyn) * dynamic, const char *name, void **slots[],
		       unsigned most);
/* The first of them; NULL: there is none. */
void **tap_elf_slot(ElfW(Addr) bias, const ElfW(Dyn) * dynamic, const char *name);

/* DT_SONAME, or NULL. */
const char *tap_elf_soname(ElfW(Addr) bias, const ElfW(Dyn) * dynamic);

#endif
