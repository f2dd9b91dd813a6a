/* SPDX-License-Identifier: MIT */
/*
 * All that is wanted of one program or library, read at once, so that its file can be closed: a program may
 * have hundreds of libraries.
 */
#ifndef TOOLS_ELF_OBJECT_H
#define TOOLS_ELF_OBJECT_H

#include "tools/elf/hints.h"
#include "tools/elf/symbols.h"

enum elf_type {
	ELF_TYPE_EXEC,	     /* dynamically linked, at a fixed address */
	ELF_TYPE_PIE,	     /* dynamically linked, position-independent */
	ELF_TYPE_STATIC,     /* no dynamic loader */
	ELF_TYPE_STATIC_PIE, /* relocates itself, no dynamic loader */
	ELF_TYPE_LIBRARY,
	ELF_TYPE_OTHER, /* an object file, a core dump */
};
#define ELF_TYPE_NAMES                                                                                       \
	{                                                                                                    \
		"exec", "pie", "static", "static_pie", "shared_library", "other"                             \
	}

struct elf_object {
	enum elf_type type;
	int bits; /* 32, 64 */
	uint16_t machine;
	bool native; /* of the shim's architecture */
	dev_t device;
	ino_t inode;
	char *interpreter, *soname, *rpath, *runpath; /* NULL when absent */
	struct list needed;
	bool bind_now; /* -z now: all symbols bound at start */
	bool symbolic; /* DF_SYMBOLIC: its own definitions come first for it */
	bool nodeflib; /* DF_1_NODEFLIB */
	bool go;
	struct elf_symbols symbols; /* dynamic gss_*, zmq_* and dlopen's family */
	struct elf_symbols
		built_in; /* functions of calls.def that are defined but not in the dynamic table */
	bool follows; /* what a libzmq does with connections it does by calls that a preload can get between
		       */
	struct elf_hints hints;
};

/* Reads an open file, which may be closed then. Never fails: what is damaged is absent. */
struct elf_object *elf_object_read(struct elf_file *file);

/* Only what elf_type says and the file's headers: cheap. */
enum elf_type elf_object_type(struct elf_file *file);

/* Is the file built for what this program is built for? */
bool elf_object_native(const struct elf_file *file);

void elf_object_free(struct elf_object *object);

/* Does the object define functions that are called with this family's prefix ("gss", "zmq")? How many. */
size_t elf_object_defines(const struct elf_object *object, const char *family);

/* Does it import one of dlopen, dlmopen, dlsym, dlvsym? */
bool elf_object_imports(const struct elf_object *object, const char *name);

#endif
