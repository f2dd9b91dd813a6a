/* SPDX-License-Identifier: MIT */
/*
 * The dynamic section: what the dynamic loader is told about an object. Its tables are looked up by address,
 * never through section headers, so that a stripped or lying section table changes nothing.
 */
#ifndef TOOLS_ELF_DYNAMIC_H
#define TOOLS_ELF_DYNAMIC_H

#include "tools/elf/file.h"
#include "tools/base/list.h"

/* The tags that are read, each kept as its last value; ELF_ABSENT when there is none. */
/* clang-format off */
#define ELF_TAGS(TAG) \
	TAG(SYMTAB) \
	TAG(STRTAB) \
	TAG(STRSZ) \
	TAG(HASH) \
	TAG(GNU_HASH) \
	TAG(JMPREL) \
	TAG(PLTRELSZ) \
	TAG(PLTREL) \
	TAG(RELA) \
	TAG(RELASZ) \
	TAG(REL) \
	TAG(RELSZ) \
	TAG(VERSYM) \
	TAG(VERNEED) \
	TAG(VERNEEDNUM) \
	TAG(VERDEF) \
	TAG(VERDEFNUM) \
	TAG(SONAME) \
	TAG(RPATH) \
	TAG(RUNPATH) \
	TAG(FLAGS) \
	TAG(FLAGS_1) \
	TAG(BIND_NOW) \
	TAG(SYMBOLIC)

/* clang-format on */

#define ELF_ABSENT UINT64_MAX

enum elf_tag {
#define TAG(name) ELF_TAG_##name,
	ELF_TAGS(TAG)
#undef TAG
		ELF_TAG_COUNT
};

struct elf_dynamic {
	struct elf_file *file;
	bool present;
	uint64_t tags[ELF_TAG_COUNT];
	uint64_t *needed; /* offsets of DT_NEEDED names, in order */
	size_t needed_count;
	const char *strings; /* DT_STRTAB; ends with NUL */
	uint64_t strings_size;
};

/* Reads the dynamic section of file, which stays open as long as this is used. A damaged one: as far as it
 * goes. */
void elf_dynamic_read(struct elf_dynamic *dynamic, struct elf_file *file);
void elf_dynamic_free(struct elf_dynamic *dynamic);

/* The string at an offset of the string table, or NULL when it is outside. */
const char *elf_dynamic_string(const struct elf_dynamic *dynamic, uint64_t offset);

/* A tag's value, or 0 when it is absent: for flags, sizes and counts. */
uint64_t elf_dynamic_value(const struct elf_dynamic *dynamic, enum elf_tag tag);

/* The table that a tag points to, size bytes of it at most; NULL when it is absent or outside the file. */
Elf_Data *elf_dynamic_table(const struct elf_dynamic *dynamic, enum elf_tag tag, uint64_t size,
			    Elf_Type type);

#endif
