/* SPDX-License-Identifier: MIT */
/*
 * One ELF file opened for reading, by address: what the dynamic loader would find in memory at an address,
 * found in the file through its PT_LOAD segments.
 *
 * Invariant: whatever the bytes are, nothing outside the file is read and no more than ELF_TABLE_MAX is held
 * for one table. Files are read, not mapped: one that shrinks meanwhile gives a short answer, not SIGBUS.
 * Nothing is executed.
 */
#ifndef TOOLS_ELF_FILE_H
#define TOOLS_ELF_FILE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ELF_TABLE_MAX (256u << 20)

struct elf_file {
	Elf *elf;
	int fd;			    /* -1: the bytes are image */
	const unsigned char *image; /* the caller's */
	uint64_t size;		    /* bytes of the file */
	dev_t device;
	ino_t inode;
	GElf_Ehdr header;
	GElf_Phdr *segments;
	size_t segment_count;
};

/* Opens the ELF file at path. NULL with one sentence in error (which does not name path), and errno: ENOEXEC
 * when it could be read but is no ELF file. */
struct elf_file *elf_file_open(const char *path, char *error, size_t size);

/* The same of len bytes in memory, which the caller keeps as long as the file is open. */
struct elf_file *elf_file_memory(const void *image, size_t len, char *error, size_t size);

void elf_file_close(struct elf_file *file); /* NULL is allowed */

/* Reads up to len bytes at a file offset; returns how many. */
size_t elf_file_read(const struct elf_file *file, uint64_t offset, void *bytes, size_t len);

/* The first segment of a type, or NULL. */
const GElf_Phdr *elf_file_segment(const struct elf_file *file, uint32_t type);

/*
 * size bytes at a virtual address as libelf's data of a type, for gelf_get*. NULL when they are not all in
 * the file. It lives as long as the file is open.
 */
Elf_Data *elf_file_data(struct elf_file *file, uint64_t address, uint64_t size, Elf_Type type);

/* How many bytes of the file follow at a virtual address, to the end of its segment; 0 for none. */
uint64_t elf_file_rest(const struct elf_file *file, uint64_t address);

/* The file offset of a virtual address, or UINT64_MAX. */
uint64_t elf_file_offset(const struct elf_file *file, uint64_t address);

/* PT_INTERP as a string to be freed; NULL when there is none, or it is no string. */
char *elf_file_interpreter(struct elf_file *file);

/* What this program is built for, hence the shim as well. */
struct elf_native {
	unsigned char class, data;
	uint16_t machine;
	char interpreter[256];
};
const struct elf_native *elf_native(void);

/*
 * Is this dynamic loader of the kind this program has? By its file name: another copy of it (a chroot's,
 * Nix's) has another path, and honours LD_PRELOAD alike.
 */
bool elf_native_interpreter(const char *path);

/* "x86_64", "aarch64" ...; a number where the name is not known. Static storage. */
const char *elf_machine_name(uint16_t machine);

#endif
