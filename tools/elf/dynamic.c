/* SPDX-License-Identifier: MIT */
/* Reads the dynamic section; see dynamic.h. */
#include "tools/elf/dynamic.h"

#include <stdlib.h>
#include <string.h>

#define NEEDED_MAX 4096

static const int64_t tag_numbers[] = {
#define TAG(name) DT_##name,
	ELF_TAGS(TAG)
#undef TAG
};

static void take(struct elf_dynamic *dynamic, const GElf_Dyn *entry)
{
	if (entry->d_tag == DT_NEEDED && dynamic->needed_count < NEEDED_MAX) {
		dynamic->needed = must_grow(dynamic->needed, dynamic->needed_count, sizeof(*dynamic->needed));
		dynamic->needed[dynamic->needed_count++] = entry->d_un.d_val;
	}
	for (int i = 0; i < ELF_TAG_COUNT; i++)
		if (entry->d_tag == tag_numbers[i])
			dynamic->tags[i] = entry->d_un.d_val;
}

static void read_strings(struct elf_dynamic *dynamic)
{
	Elf_Data *data = elf_dynamic_table(dynamic, ELF_TAG_STRTAB, dynamic->tags[ELF_TAG_STRSZ], ELF_T_BYTE);
	const char *last;

	if (!data)
		return;
	/* What follows the last NUL is no string: with it cut off, every offset below the size is terminated.
	 */
	last = memrchr(data->d_buf, 0, data->d_size);
	if (last) {
		dynamic->strings = data->d_buf;
		dynamic->strings_size = last + 1 - dynamic->strings;
	}
}

void elf_dynamic_read(struct elf_dynamic *dynamic, struct elf_file *file)
{
	const GElf_Phdr *p = elf_file_segment(file, PT_DYNAMIC);
	uint64_t rest = p ? elf_file_rest(file, p->p_vaddr) : 0;
	size_t entry_size = gelf_fsize(file->elf, ELF_T_DYN, 1, EV_CURRENT), count;
	Elf_Data *data;

	*dynamic = (struct elf_dynamic){.file = file};
	for (int i = 0; i < ELF_TAG_COUNT; i++)
		dynamic->tags[i] = ELF_ABSENT;
	if (!p || !entry_size)
		return;
	count = (p->p_filesz < rest ? p->p_filesz : rest) / entry_size;
	data = elf_file_data(file, p->p_vaddr, count * entry_size, ELF_T_DYN);
	if (!data)
		return;
	dynamic->present = true;
	for (size_t i = 0; i < count && i < INT32_MAX; i++) {
		GElf_Dyn entry;

		if (!gelf_getdyn(data, i, &entry) || entry.d_tag == DT_NULL)
			break;
		take(dynamic, &entry);
	}
	read_strings(dynamic);
}

void elf_dynamic_free(struct elf_dynamic *dynamic)
{
	free(dynamic->needed);
}

const char *elf_dynamic_string(const struct elf_dynamic *dynamic, uint64_t offset)
{
	return offset < dynamic->strings_size ? dynamic->strings + offset : NULL;
}

uint64_t elf_dynamic_value(const struct elf_dynamic *dynamic, enum elf_tag tag)
{
	return dynamic->tags[tag] == ELF_ABSENT ? 0 : dynamic->tags[tag];
}

Elf_Data *elf_dynamic_table(const struct elf_dynamic *dynamic, enum elf_tag tag, uint64_t size, Elf_Type type)
{
	uint64_t address = dynamic->tags[tag], rest;

	if (address == ELF_ABSENT)
		return NULL;
	rest = elf_file_rest(dynamic->file, address);
	return elf_file_data(dynamic->file, address, size < rest ? size : rest, type);
}
