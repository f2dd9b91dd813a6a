/* SPDX-License-Identifier: MIT */
/* Reads DT_JMPREL, DT_RELA and DT_REL (System V gABI, chapter 5); see relocations.h. */
#include "tools/elf/relocations.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* More symbols than any real object has: a hostile number must not become an allocation. */
#define SYMBOL_MAX (16u << 20)

struct kind {
	uint16_t machine;
	uint32_t type;
	unsigned char how;
};

static const struct kind kinds[] = {
	{EM_X86_64, R_X86_64_JUMP_SLOT, ELF_BY_JUMP_SLOT},
	{EM_X86_64, R_X86_64_GLOB_DAT, ELF_BY_GLOB_DAT},
	{EM_X86_64, R_X86_64_64, ELF_BY_ABSOLUTE},
	{EM_X86_64, R_X86_64_COPY, ELF_BY_COPY},
	{EM_386, R_386_JMP_SLOT, ELF_BY_JUMP_SLOT},
	{EM_386, R_386_GLOB_DAT, ELF_BY_GLOB_DAT},
	{EM_386, R_386_32, ELF_BY_ABSOLUTE},
	{EM_386, R_386_COPY, ELF_BY_COPY},
	{EM_AARCH64, R_AARCH64_JUMP_SLOT, ELF_BY_JUMP_SLOT},
	{EM_AARCH64, R_AARCH64_GLOB_DAT, ELF_BY_GLOB_DAT},
	{EM_AARCH64, R_AARCH64_ABS64, ELF_BY_ABSOLUTE},
	{EM_AARCH64, R_AARCH64_COPY, ELF_BY_COPY},
};

static unsigned char how_of(uint16_t machine, uint32_t type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].machine == machine && kinds[i].type == type)
			return kinds[i].how;
	return ELF_BY_OTHER;
}

static void note(struct elf_relocations *relocations, uint16_t machine, uint64_t info)
{
	uint64_t symbol = GELF_R_SYM(info);

	if (symbol == 0 || symbol >= SYMBOL_MAX)
		return;
	if (symbol >= relocations->count) {
		size_t old = relocations->count, new = old * 2 > symbol + 1 ? old * 2 : symbol + 1;
		unsigned char *how = must_calloc(new, 1);

		if (old)
			memcpy(how, relocations->how, old);
		free(relocations->how);
		relocations->how = how;
		relocations->count = new;
	}
	relocations->how[symbol] |= how_of(machine, GELF_R_TYPE(info));
}

static void read_table(const struct elf_dynamic *dynamic, enum elf_tag table, enum elf_tag size, bool rela,
		       struct elf_relocations *relocations)
{
	Elf_Type type = rela ? ELF_T_RELA : ELF_T_REL;
	Elf_Data *data = elf_dynamic_table(dynamic, table, elf_dynamic_value(dynamic, size), type);
	size_t entry = gelf_fsize(dynamic->file->elf, type, 1, EV_CURRENT);

	for (size_t i = 0; data && entry && i < data->d_size / entry && i < INT_MAX; i++) {
		GElf_Rela with;
		GElf_Rel without;

		if (rela && gelf_getrela(data, i, &with))
			note(relocations, dynamic->file->header.e_machine, with.r_info);
		else if (!rela && gelf_getrel(data, i, &without))
			note(relocations, dynamic->file->header.e_machine, without.r_info);
	}
}

void elf_relocations_read(const struct elf_dynamic *dynamic, struct elf_relocations *relocations)
{
	bool plt_rela = elf_dynamic_value(dynamic, ELF_TAG_PLTREL) != DT_REL;

	*relocations = (struct elf_relocations){0};
	read_table(dynamic, ELF_TAG_JMPREL, ELF_TAG_PLTRELSZ, plt_rela, relocations);
	read_table(dynamic, ELF_TAG_RELA, ELF_TAG_RELASZ, true, relocations);
	read_table(dynamic, ELF_TAG_REL, ELF_TAG_RELSZ, false, relocations);
	/* Doubling leaves zeros at the end: they name no symbol. */
	while (relocations->count && !relocations->how[relocations->count - 1])
		relocations->count--;
}
