/* SPDX-License-Identifier: MIT */
/*
 * Reads symbol tables; see symbols.h. The dynamic table has no length of its own: it reaches as far as
 * the hash table and the relocations refer to it, which is also all that the loader ever looks at.
 */
#include "tools/elf/symbols.h"

#include "tools/elf/versions.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 127
#define WANTED_MAX 4096

static bool identifier(const char *name, size_t limit)
{
	size_t len = strnlen(name, limit < NAME_MAX_BYTES + 1 ? limit : NAME_MAX_BYTES + 1);

	if (len == 0 || len > NAME_MAX_BYTES || len == limit)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!((name[i] | 32) >= 'a' && (name[i] | 32) <= 'z') && name[i] != '_' &&
		    (i == 0 || name[i] < '0' || name[i] > '9'))
			return false;
	return true;
}

static uint32_t word(const Elf_Data *data, size_t index)
{
	uint32_t value = 0;

	if (data && index < data->d_size / sizeof(value))
		memcpy(&value, (const char *)data->d_buf + index * sizeof(value), sizeof(value));
	return value;
}

/* How many words of a bucket's chain are looked at: real ones have a few dozen. */
#define CHAIN_MAX 65536

/* DT_GNU_HASH: nbuckets, symoffset, bloom size, shift, bloom words, buckets, then a chain word a symbol, the
 * last of a bucket with bit 0 set. The highest symbol is at the end of the chain of the highest bucket. */
static size_t gnu_hash_count(const struct elf_dynamic *dynamic)
{
	uint64_t address = dynamic->tags[ELF_TAG_GNU_HASH], rest, start, chain, first, top = 0;
	Elf_Data *data = elf_dynamic_table(dynamic, ELF_TAG_GNU_HASH, 16, ELF_T_WORD);
	uint64_t buckets = word(data, 0), bloom = word(data, 2);

	first = word(data, 1);
	start = 16 + bloom * (dynamic->file->header.e_ident[EI_CLASS] == ELFCLASS64 ? 8 : 4);
	data = data ? elf_file_data(dynamic->file, address + start, buckets * 4, ELF_T_WORD) : NULL;
	for (uint64_t i = 0; data && i < buckets; i++)
		if (word(data, i) > top)
			top = word(data, i);
	if (top < first || top == 0)
		return 0;
	chain = address + start + buckets * 4 + (top - first) * 4;
	rest = elf_file_rest(dynamic->file, chain) / 4 * 4;
	data = elf_file_data(dynamic->file, chain, rest < CHAIN_MAX * 4 ? rest : CHAIN_MAX * 4, ELF_T_WORD);
	for (size_t i = 0; data && i < data->d_size / 4; i++)
		if (word(data, i) & 1)
			return top + i + 1;
	return 0;
}

static size_t table_count(const struct elf_dynamic *dynamic, size_t relocated)
{
	size_t count = gnu_hash_count(dynamic);
	Elf_Data *hash = elf_dynamic_table(dynamic, ELF_TAG_HASH, 8, ELF_T_WORD);

	if (count < word(hash, 1))
		count = word(hash, 1);
	return count > relocated ? count : relocated;
}

static void append(struct elf_symbols *symbols, const char *name, const GElf_Sym *sym)
{
	struct elf_symbol *symbol;
	unsigned type = GELF_ST_TYPE(sym->st_info);

	symbols->items = must_grow(symbols->items, symbols->count, sizeof(*symbols->items));
	symbol = &symbols->items[symbols->count++];
	*symbol = (struct elf_symbol){
		.name = must_strdup(name),
		.defined = sym->st_shndx != SHN_UNDEF,
		.function = type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE,
		.self_bound = GELF_ST_VISIBILITY(sym->st_other) == STV_PROTECTED,
	};
}

void elf_symbols_dynamic(const struct elf_dynamic *dynamic, bool (*wanted)(const char *name),
			 struct elf_symbols *symbols)
{
	size_t entry = gelf_fsize(dynamic->file->elf, ELF_T_SYM, 1, EV_CURRENT), count;
	struct elf_relocations relocations;
	struct elf_versions versions;
	Elf_Data *data;

	if (!dynamic->present || !entry)
		return;
	elf_relocations_read(dynamic, &relocations);
	count = table_count(dynamic, relocations.count);
	elf_versions_read(dynamic, count, &versions);
	data = elf_dynamic_table(dynamic, ELF_TAG_SYMTAB, (uint64_t)count * entry, ELF_T_SYM);
	for (size_t i = 1; data && i < data->d_size / entry && i < INT_MAX && symbols->count < WANTED_MAX;
	     i++) {
		GElf_Sym sym;
		const char *name =
			gelf_getsym(data, i, &sym) ? elf_dynamic_string(dynamic, sym.st_name) : NULL;
		bool hidden;

		if (!name || GELF_ST_BIND(sym.st_info) == STB_LOCAL || !identifier(name, SIZE_MAX) ||
		    !wanted(name))
			continue;
		append(symbols, name, &sym);
		name = elf_versions_of(&versions, i, &hidden);
		symbols->items[symbols->count - 1].version = name ? must_strdup(name) : NULL;
		symbols->items[symbols->count - 1].old = hidden;
		symbols->items[symbols->count - 1].how = i < relocations.count ? relocations.how[i] : 0;
	}
	elf_versions_free(&versions);
	free(relocations.how);
}

static void read_section(struct elf_file *file, const GElf_Shdr *header, bool (*wanted)(const char *name),
			 struct elf_symbols *symbols)
{
	GElf_Shdr text;
	Elf_Data *data, *names;
	size_t entry = gelf_fsize(file->elf, ELF_T_SYM, 1, EV_CURRENT);

	if (!entry || !gelf_getshdr(elf_getscn(file->elf, header->sh_link), &text) ||
	    text.sh_type != SHT_STRTAB || text.sh_size > ELF_TABLE_MAX || header->sh_size > ELF_TABLE_MAX)
		return;
	/* By offset and size, as everywhere: elf_getdata would believe more of the section headers. */
	data = elf_getdata_rawchunk(file->elf, header->sh_offset, header->sh_size / entry * entry, ELF_T_SYM);
	names = elf_getdata_rawchunk(file->elf, text.sh_offset, text.sh_size, ELF_T_BYTE);
	for (size_t i = 1; data && names && i < data->d_size / entry && symbols->count < WANTED_MAX; i++) {
		GElf_Sym sym;
		const char *name;

		if (!gelf_getsym(data, i, &sym) || sym.st_name >= names->d_size ||
		    sym.st_shndx == SHN_UNDEF || GELF_ST_TYPE(sym.st_info) != STT_FUNC)
			continue;
		name = (const char *)names->d_buf + sym.st_name;
		if (identifier(name, names->d_size - sym.st_name) && wanted(name))
			append(symbols, name, &sym);
	}
}

void elf_symbols_static(struct elf_file *file, bool (*wanted)(const char *name), struct elf_symbols *symbols)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(file->elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB) {
			read_section(file, &header, wanted, symbols);
			return; /* the gABI allows one */
		}
}

const struct elf_symbol *elf_symbols_find(const struct elf_symbols *symbols, const char *name, bool defined)
{
	for (size_t i = 0; i < symbols->count; i++)
		if (symbols->items[i].defined == defined && !strcmp(symbols->items[i].name, name))
			return &symbols->items[i];
	return NULL;
}

void elf_symbols_free(struct elf_symbols *symbols)
{
	for (size_t i = 0; i < symbols->count; i++) {
		free(symbols->items[i].name);
		free(symbols->items[i].version);
	}
	free(symbols->items);
	*symbols = (struct elf_symbols){0};
}
