/* SPDX-License-Identifier: MIT */
/*
 * See elf.h. The layout is that of the System V gABI and of the GNU extensions (DT_GNU_HASH, symbol
 * versions).
 */
#include "shim/loader/elf.h"

#include "shim/loader/names.h"

#include <string.h>

struct tables {
	ElfW(Addr) bias;
	const char *strings;
	const ElfW(Sym) * symbols;
	const ElfW(Half) * versions;
	const ElfW(Verneed) * needs;
	const ElfW(Verdef) * defs;
	const uint32_t *gnu_hash;
	const ElfW(Rela) * rela, *plt;
	size_t rela_count, plt_count;
	const char *soname;
};

/* The loader relocates the pointers of most dynamic sections in place, but not of read-only ones such as the
 * vDSO's. */
static const void *pointer(ElfW(Addr) bias, ElfW(Addr) value)
{
	return (const void *)(value < bias ? value + bias : value);
}

static bool read_tables(struct tables *t, ElfW(Addr) bias, const ElfW(Dyn) * dynamic)
{
	ElfW(Addr) soname = 0;
	bool has_soname = false;

	*t = (struct tables){.bias = bias};
	for (const ElfW(Dyn) *d = dynamic; d && d->d_tag != DT_NULL; d++) {
		switch (d->d_tag) {
		case DT_STRTAB:
			t->strings = pointer(bias, d->d_un.d_ptr);
			break;
		case DT_SYMTAB:
			t->symbols = pointer(bias, d->d_un.d_ptr);
			break;
		case DT_VERSYM:
			t->versions = pointer(bias, d->d_un.d_ptr);
			break;
		case DT_VERNEED:
			t->needs = pointer(bias, d->d_un.d_ptr);
			break;
		case DT_VERDEF:
			t->defs = pointer(bias, d->d_un.d_ptr);
			break;
		case DT_GNU_HASH:
			t->gnu_hash = pointer(bias, d->d_un.d_ptr);
			break;
		case DT_RELA:
			t->rela = pointer(bias, d->d_un.d_ptr);
			break;
		case DT_RELASZ:
			t->rela_count = d->d_un.d_val / sizeof(ElfW(Rela));
			break;
		case DT_JMPREL:
			t->plt = pointer(bias, d->d_un.d_ptr);
			break;
		case DT_PLTRELSZ:
			t->plt_count = d->d_un.d_val / sizeof(ElfW(Rela));
			break;
		case DT_SONAME:
			soname = d->d_un.d_val;
			has_soname = true;
			break;
		}
	}
	if (has_soname && t->strings)
		t->soname = t->strings + soname;
	return t->strings && t->symbols;
}

const char *tap_elf_soname(ElfW(Addr) bias, const ElfW(Dyn) * dynamic)
{
	struct tables t;

	return read_tables(&t, bias, dynamic) ? t.soname : NULL;
}

/*
 * Not strcmp: this serves the first dlsym of a process, which may come from a sanitizer's runtime while its
 * own strcmp cannot be called yet.
 */
static bool same(const char *one, const char *other)
{
	while (*one && *one == *other) {
		one++;
		other++;
	}
	return *one == *other;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t h = 5381;

	for (; *name; name++)
		h = h * 33 + (uint8_t)*name;
	return h;
}

/* Hidden definitions (old versions, such as dlsym@GLIBC_2.2.5) stand beside the default one: prefer that. */
static const ElfW(Sym) * look_up(const struct tables *t, const char *name)
{
	const uint32_t *head = t->gnu_hash, *buckets, *chain, hash = gnu_hash(name);
	const ElfW(Sym) *hidden = NULL;
	uint32_t i;

	if (!head || !head[0])
		return NULL;
	buckets = head + 4 + head[2] * (sizeof(ElfW(Addr)) / 4);
	chain = buckets + head[0];
	i = buckets[hash % head[0]];
	if (i < head[1])
		return NULL;
	for (;; i++) {
		uint32_t h = chain[i - head[1]];
		const ElfW(Sym) *s = &t->symbols[i];

		if ((h | 1) == (hash | 1) && s->st_shndx != SHN_UNDEF &&
		    same(t->strings + s->st_name, name)) {
			if (!t->versions || !(t->versions[i] & 0x8000))
				return s;
			hidden = s;
		}
		if (h & 1)
			return hidden;
	}
}

void *tap_elf_definition(ElfW(Addr) bias, const ElfW(Dyn) * dynamic, const char *name)
{
	struct tables t;
	const ElfW(Sym) *s = read_tables(&t, bias, dynamic) ? look_up(&t, name) : NULL;

	if (!s || !s->st_value)
		return NULL;
	if (ELF64_ST_TYPE(s->st_info) == STT_GNU_IFUNC)
		return ((void *(*)(void))(bias + s->st_value))();
	return (void *)(bias + s->st_value);
}

/* Of a library's reference to a name that it defines itself. */
static const char *defined_version(const struct tables *t, unsigned index)
{
	for (const ElfW(Verdef) *def = t->defs; def; def = (const void *)((const char *)def + def->vd_next)) {
		const ElfW(Verdaux) *aux = (const void *)((const char *)def + def->vd_aux);

		if ((def->vd_ndx & 0x7fff) == index)
			return t->strings + aux->vda_name;
		if (!def->vd_next)
			break;
	}
	return NULL;
}

static const char *version_name(const struct tables *t, size_t symbol)
{
	unsigned index = t->versions ? t->versions[symbol] & 0x7fff : 0;

	if (index < 2)
		return NULL;
	for (const ElfW(Verneed) *need = t->needs; need;
	     need = (const void *)((const char *)need + need->vn_next)) {
		const ElfW(Vernaux) *aux = (const void *)((const char *)need + need->vn_aux);

		for (unsigned i = 0; i < need->vn_cnt; i++) {
			if ((aux->vna_other & 0x7fff) == index)
				return t->strings + aux->vna_name;
			aux = (const void *)((const char *)aux + aux->vna_next);
		}
		if (!need->vn_next)
			break;
	}
	return defined_version(t, index);
}

static bool references_in(const struct tables *t, const ElfW(Rela) * rela, size_t count, bool plt,
			  bool (*each)(const struct tap_reference *, void *), void *data)
{
	for (; count--; rela++) {
		unsigned type = (unsigned)ELF64_R_TYPE(rela->r_info);
		size_t index = ELF64_R_SYM(rela->r_info);
		const char *name = t->strings + t->symbols[index].st_name;
		struct tap_reference reference;

		if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT &&
		    !(type == R_X86_64_64 && !rela->r_addend))
			continue;
		reference.call = (unsigned)tap_call_id(name);
		if (!reference.call)
			continue;
		reference.slot = (void **)(t->bias + rela->r_offset);
		reference.version = version_name(t, index);
		reference.lazy = plt && type == R_X86_64_JUMP_SLOT;
		if (each(&reference, data))
			return true;
	}
	return false;
}

bool tap_elf_references(ElfW(Addr) bias, const ElfW(Dyn) * dynamic,
			bool (*each)(const struct tap_reference *, void *), void *data)
{
	struct tables t;

	if (!read_tables(&t, bias, dynamic))
		return false;
	return references_in(&t, t.plt, t.plt_count, true, each, data) ||
	       references_in(&t, t.rela, t.rela_count, false, each, data);
}

static unsigned slots_in(const struct tables *t, const ElfW(Rela) * rela, size_t count, const char *name,
			 void **slots[], unsigned found, unsigned most)
{
	for (; count--; rela++) {
		unsigned type = (unsigned)ELF64_R_TYPE(rela->r_info);

		if ((type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT &&
		     !(type == R_X86_64_64 && !rela->r_addend)) ||
		    strcmp(t->strings + t->symbols[ELF64_R_SYM(rela->r_info)].st_name, name))
			continue;
		if (found < most)
			slots[found] = (void **)(t->bias + rela->r_offset);
		found++;
	}
	return found;
}

unsigned tap_elf_slots(ElfW(Addr) bias, const ElfW(Dyn) * dynamic, const char *name, void **slots[],
		       unsigned most)
{
	struct tables t;
	unsigned found;

	if (!read_tables(&t, bias, dynamic))
		return 0;
	found = slots_in(&t, t.plt, t.plt_count, name, slots, 0, most);
	return slots_in(&t, t.rela, t.rela_count, name, slots, found, most);
}

void **tap_elf_slot(ElfW(Addr) bias, const ElfW(Dyn) * dynamic, const char *name)
{
	void **slot[1];

	return tap_elf_slots(bias, dynamic, name, slot, 1) ? slot[0] : NULL;
}
