/* SPDX-License-Identifier: MIT */
/*
 * Reads DT_VERSYM, DT_VERNEED and DT_VERDEF; see versions.h. Their records are chained by relative
 * offsets that a hostile file may turn in circles: both walks end after the number of steps the dynamic
 * section announces, at most.
 */
#include "tools/elf/versions.h"

#include <limits.h>
#include <stdlib.h>

#define TABLE_MAX (256u << 10)
#define STEPS_MAX 4096

static void name_version(struct elf_versions *versions, const struct elf_dynamic *dynamic, size_t index,
			 uint64_t name)
{
	index &= ELF_VERSION_COUNT - 1;
	if (!versions->names[index])
		versions->names[index] = elf_dynamic_string(dynamic, name);
}

static void read_needed(struct elf_versions *versions, const struct elf_dynamic *dynamic)
{
	Elf_Data *data = elf_dynamic_table(dynamic, ELF_TAG_VERNEED, TABLE_MAX, ELF_T_VNEED);
	uint64_t records = elf_dynamic_value(dynamic, ELF_TAG_VERNEEDNUM), at = 0;
	unsigned steps = 0;
	GElf_Verneed need;
	GElf_Vernaux aux;

	for (; data && records && steps < STEPS_MAX && at < TABLE_MAX && gelf_getverneed(data, at, &need);
	     records--) {
		uint64_t next = at + need.vn_aux;

		for (int i = 0; i < need.vn_cnt && steps++ < STEPS_MAX && next < TABLE_MAX; i++) {
			if (!gelf_getvernaux(data, next, &aux))
				break;
			name_version(versions, dynamic, aux.vna_other, aux.vna_name);
			if (!aux.vna_next)
				break;
			next += aux.vna_next;
		}
		if (!need.vn_next)
			break;
		at += need.vn_next;
	}
}

static void read_defined(struct elf_versions *versions, const struct elf_dynamic *dynamic)
{
	Elf_Data *data = elf_dynamic_table(dynamic, ELF_TAG_VERDEF, TABLE_MAX, ELF_T_VDEF);
	uint64_t records = elf_dynamic_value(dynamic, ELF_TAG_VERDEFNUM), at = 0;
	GElf_Verdef def;
	GElf_Verdaux aux;

	for (unsigned step = 0; data && step < records && step < STEPS_MAX && at < TABLE_MAX; step++) {
		if (!gelf_getverdef(data, at, &def))
			break;
		/* The base definition names the file, not a version. */
		if (!(def.vd_flags & VER_FLG_BASE) && at + def.vd_aux < TABLE_MAX &&
		    gelf_getverdaux(data, at + def.vd_aux, &aux))
			name_version(versions, dynamic, def.vd_ndx, aux.vda_name);
		if (!def.vd_next)
			break;
		at += def.vd_next;
	}
}

void elf_versions_read(const struct elf_dynamic *dynamic, size_t symbols, struct elf_versions *versions)
{
	*versions = (struct elf_versions){0};
	/* libelf converts a chain of foreign byte order before anybody could check it: left alone. */
	if (dynamic->file->header.e_ident[EI_DATA] != elf_native()->data)
		return;
	versions->versym = elf_dynamic_table(dynamic, ELF_TAG_VERSYM, (uint64_t)symbols * 2, ELF_T_HALF);
	versions->names = must_calloc(ELF_VERSION_COUNT, sizeof(*versions->names));
	read_needed(versions, dynamic);
	read_defined(versions, dynamic);
}

void elf_versions_free(struct elf_versions *versions)
{
	free(versions->names);
}

const char *elf_versions_of(const struct elf_versions *versions, size_t symbol, bool *hidden)
{
	GElf_Versym index;

	*hidden = false;
	if (!versions->versym || symbol > INT_MAX || !gelf_getversym(versions->versym, symbol, &index))
		return NULL;
	*hidden = index & ELF_VERSION_COUNT;
	return versions->names[index & (ELF_VERSION_COUNT - 1)];
}
