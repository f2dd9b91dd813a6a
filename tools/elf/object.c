/* SPDX-License-Identifier: MIT */
/* Reads one program or library; see object.h. */
#include "tools/elf/object.h"

#include "tools/elf/calls.h"

#include <stdlib.h>
#include <string.h>

static bool wanted(const char *name)
{
	return elf_call_family(name) || !strcmp(name, "dlopen") || !strcmp(name, "dlmopen") ||
	       !strcmp(name, "dlsym") || !strcmp(name, "dlvsym");
}

static bool is_call(const char *name)
{
	return elf_call_family(name) && elf_call_find(name);
}

static enum elf_type type_of(struct elf_file *file, const struct elf_dynamic *dynamic)
{
	if (file->header.e_type != ET_EXEC && file->header.e_type != ET_DYN)
		return ELF_TYPE_OTHER;
	if (file->header.e_type == ET_EXEC)
		return elf_file_segment(file, PT_INTERP) ? ELF_TYPE_EXEC : ELF_TYPE_STATIC;
	if (elf_dynamic_value(dynamic, ELF_TAG_FLAGS_1) & DF_1_PIE)
		return elf_file_segment(file, PT_INTERP) ? ELF_TYPE_PIE : ELF_TYPE_STATIC_PIE;
	/* libc.so.6 can be run, has an interpreter and is a library; programs made before DF_1_PIE have no
	 * soname. */
	if (dynamic->tags[ELF_TAG_SONAME] != ELF_ABSENT)
		return ELF_TYPE_LIBRARY;
	if (elf_file_segment(file, PT_INTERP))
		return ELF_TYPE_PIE;
	return file->header.e_entry && !dynamic->needed_count ? ELF_TYPE_STATIC_PIE : ELF_TYPE_LIBRARY;
}

enum elf_type elf_object_type(struct elf_file *file)
{
	struct elf_dynamic dynamic;
	enum elf_type type;

	elf_dynamic_read(&dynamic, file);
	type = type_of(file, &dynamic);
	elf_dynamic_free(&dynamic);
	return type;
}

bool elf_object_native(const struct elf_file *file)
{
	const struct elf_native *native = elf_native();

	return file->header.e_ident[EI_CLASS] == native->class &&
	       file->header.e_ident[EI_DATA] == native->data && file->header.e_machine == native->machine;
}

static char *copy(const struct elf_dynamic *dynamic, enum elf_tag tag)
{
	const char *text = elf_dynamic_string(dynamic, dynamic->tags[tag]);

	return text ? must_strdup(text) : NULL;
}

static void read_dynamic(struct elf_object *object, const struct elf_dynamic *dynamic)
{
	uint64_t flags = elf_dynamic_value(dynamic, ELF_TAG_FLAGS);
	uint64_t flags_1 = elf_dynamic_value(dynamic, ELF_TAG_FLAGS_1);

	object->soname = copy(dynamic, ELF_TAG_SONAME);
	object->runpath = copy(dynamic, ELF_TAG_RUNPATH);
	/* The loader forgets DT_RPATH where there is DT_RUNPATH. */
	object->rpath = object->runpath ? NULL : copy(dynamic, ELF_TAG_RPATH);
	object->bind_now =
		dynamic->tags[ELF_TAG_BIND_NOW] != ELF_ABSENT || flags & DF_BIND_NOW || flags_1 & DF_1_NOW;
	object->symbolic = dynamic->tags[ELF_TAG_SYMBOLIC] != ELF_ABSENT || flags & DF_SYMBOLIC;
	object->nodeflib = flags_1 & DF_1_NODEFLIB;
	for (size_t i = 0; i < dynamic->needed_count; i++) {
		const char *name = elf_dynamic_string(dynamic, dynamic->needed[i]);

		if (name && *name)
			list_add(&object->needed, name);
	}
}

#define NOTES_MAX 65536

/* Go's build id note: name "Go", type 4 (cmd/internal/buildid). Other notes may share its segment. */
static bool go_note_in(struct elf_file *file, const GElf_Phdr *segment)
{
	uint64_t size = segment->p_filesz < NOTES_MAX ? segment->p_filesz : NOTES_MAX;
	Elf_Data *data =
		elf_file_data(file, segment->p_vaddr, size, segment->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
	size_t name, desc, next = 0;
	GElf_Nhdr header;

	while (data && (next = gelf_getnote(data, next, &header, &name, &desc)))
		if (header.n_type == 4 && header.n_namesz == 4 &&
		    !memcmp((char *)data->d_buf + name, "Go\0", 4))
			return true;
	return false;
}

static bool has_go_note(struct elf_file *file)
{
	for (size_t i = 0; i < file->segment_count; i++)
		if (file->segments[i].p_type == PT_NOTE && go_note_in(file, &file->segments[i]))
			return true;
	return false;
}

/* What Go's runtime cannot do without, by the names that it has in a program at a fixed address and
 * elsewhere, and what says by what it was built; there though the build id was left out. */
static bool is_go_section(const char *name)
{
	return !strcmp(name, ".gopclntab") || !strcmp(name, ".data.rel.ro.gopclntab") ||
	       !strcmp(name, ".go.buildinfo");
}

static bool has_go_section(struct elf_file *file)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(file->elf, &names))
		return false;
	while ((section = elf_nextscn(file->elf, section))) {
		const char *name =
			gelf_getshdr(section, &header) ? elf_strptr(file->elf, names, header.sh_name) : NULL;

		if (name && is_go_section(name))
			return true;
	}
	return false;
}

static void read_built_in(struct elf_object *object, struct elf_file *file)
{
	struct elf_symbols all = {0};
	size_t kept = 0;

	elf_symbols_static(file, is_call, &all);
	for (size_t i = 0; i < all.count; i++) {
		struct elf_symbol symbol = all.items[i];

		if (elf_symbols_find(&object->symbols, symbol.name, true))
			free(symbol.name);
		else
			all.items[kept++] = symbol;
	}
	all.count = kept;
	object->built_in = all;
}

/* Of these a libzmq needs all, but for one of those that stand together. */
static const char *const connection_calls[][2] = {
	{"epoll_create1", "epoll_create"},
	{"accept4", "accept"},
	{"socket", NULL},
	{"setsockopt", NULL},
	{"bind", NULL},
	{"listen", NULL},
	{"connect", NULL},
	{"send", NULL},
	{"recv", NULL},
	{"close", NULL},
};
#define CONNECTION_CALLS (sizeof(connection_calls) / sizeof(connection_calls[0]))

static bool is_connection_call(const char *name)
{
	for (size_t i = 0; i < CONNECTION_CALLS; i++)
		if (!strcmp(connection_calls[i][0], name) ||
		    (connection_calls[i][1] && !strcmp(connection_calls[i][1], name)))
			return true;
	return false;
}

static bool read_follows(const struct elf_dynamic *dynamic)
{
	struct elf_symbols calls = {0};
	bool all = true;

	elf_symbols_dynamic(dynamic, is_connection_call, &calls);
	for (size_t i = 0; i < CONNECTION_CALLS; i++)
		all &= elf_symbols_find(&calls, connection_calls[i][0], false) ||
		       (connection_calls[i][1] && elf_symbols_find(&calls, connection_calls[i][1], false));
	elf_symbols_free(&calls);
	return all;
}

struct elf_object *elf_object_read(struct elf_file *file)
{
	struct elf_object *object = must_calloc(1, sizeof(*object));
	struct elf_dynamic dynamic;

	elf_dynamic_read(&dynamic, file);
	object->type = type_of(file, &dynamic);
	object->bits = file->header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	object->machine = file->header.e_machine;
	object->native = elf_object_native(file);
	object->device = file->device;
	object->inode = file->inode;
	object->interpreter = elf_file_interpreter(file);
	read_dynamic(object, &dynamic);
	elf_symbols_dynamic(&dynamic, wanted, &object->symbols);
	object->follows = read_follows(&dynamic);
	read_built_in(object, file);
	elf_hints_read(&dynamic, &object->hints);
	object->go = has_go_note(file) || has_go_section(file);
	elf_dynamic_free(&dynamic);
	return object;
}

void elf_object_free(struct elf_object *object)
{
	if (!object)
		return;
	free(object->interpreter);
	free(object->soname);
	free(object->rpath);
	free(object->runpath);
	list_free(&object->needed);
	elf_symbols_free(&object->symbols);
	elf_symbols_free(&object->built_in);
	elf_hints_free(&object->hints);
	free(object);
}

size_t elf_object_defines(const struct elf_object *object, const char *family)
{
	size_t count = 0;

	for (size_t i = 0; i < object->symbols.count; i++) {
		const struct elf_symbol *symbol = &object->symbols.items[i];
		const char *of = elf_call_family(symbol->name);

		count += symbol->defined && symbol->function && of && !strcmp(of, family);
	}
	return count;
}

bool elf_object_imports(const struct elf_object *object, const char *name)
{
	return elf_symbols_find(&object->symbols, name, false);
}
