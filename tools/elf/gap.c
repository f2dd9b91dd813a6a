/* SPDX-License-Identifier: MIT */
/* Finds what a preload cannot get between; see gap.h. */
#include "tools/elf/gap.h"

#include "tools/base/path.h"
#include "tools/elf/calls.h"
#include "tools/elf/reach.h"

#include <stdlib.h>
#include <string.h>

/* By its name, for what a library calls of itself cannot be told from what a program does that has it inside.
 * It has to export the family: a binding such as libzmqpp may have the library inside. */
static bool is_library_of(const struct elf_node *node, const char *family)
{
	const char *file = path_base(node->path);
	const char *soname = node->object->soname ? node->object->soname : file;

	if (!elf_object_defines(node->object, family))
		return false;
	if (!strcmp(family, "zmq"))
		return !strncmp(soname, "libzmq", 6) || !strncmp(file, "libzmq", 6);
	return !strncmp(soname, "libgss", 6) || !strncmp(file, "libgss", 6) || strstr(soname, "gssapi");
}

/* A library without any name left gives itself away by a text of its own. Programs that answer ZAP requests
 * hold libzmq's too, but they refer to zmq_ functions, or name the library they load. */
static bool is_nameless(const struct elf_object *object, const char *family)
{
	bool zmq = !strcmp(family, "zmq");

	if (!(zmq ? object->hints.zap : object->hints.mechglue))
		return false;
	for (size_t i = 0; i < object->symbols.count; i++)
		if (elf_call_is(object->symbols.items[i].name, family))
			return false;
	for (size_t i = 0; i < object->hints.libraries.count; i++)
		if (!strncmp(object->hints.libraries.items[i], zmq ? "libzmq" : "libgssapi", zmq ? 6 : 9))
			return false;
	return true;
}

/* Where an object defines functions of the family and refers to none, its calls were bound by the link
 * editor: -Bsymbolic, -Bsymbolic-functions, protected or local names. */
static struct elf_gap find_linked(const struct elf_object *object, const char *family)
{
	struct elf_gap gap = {ELF_GAP_NONE, 0, ""};

	for (size_t i = 0; i < object->symbols.count; i++) {
		const struct elf_symbol *symbol = &object->symbols.items[i];
		const struct elf_call *call = elf_call_find(symbol->name);

		if (!elf_call_is(symbol->name, family) || !call || !call->wrapped)
			continue;
		if (elf_is_reference(symbol))
			return (struct elf_gap){ELF_GAP_NONE, 0, ""};
		if (symbol->defined && symbol->function) {
			gap = (struct elf_gap){ELF_GAP_LINKED, gap.count + 1, symbol->name};
		}
	}
	return gap;
}

static struct elf_gap find_self_bound(const struct elf_tree *tree, size_t n, const char *family)
{
	const struct elf_symbols *symbols = &tree->nodes[n].object->symbols;
	struct elf_gap gap = {ELF_GAP_NONE, 0, ""};
	size_t provider;

	for (size_t i = 0; i < symbols->count; i++) {
		const struct elf_symbol *symbol = &symbols->items[i];

		if (elf_call_is(symbol->name, family) && elf_is_reference(symbol) &&
		    elf_reach(tree, n, symbol, &provider) == ELF_SELF_BOUND)
			gap = (struct elf_gap){ELF_GAP_SELF_BOUND, gap.count + 1, symbol->name};
	}
	return gap;
}

/* Go makes its system calls itself, and its packages for Kerberos and ZeroMQ call no C library. */
static bool is_without_c(const struct elf_object *program, const char *family)
{
	for (size_t i = 0; program->go && i < program->symbols.count; i++)
		if (elf_call_is(program->symbols.items[i].name, family) &&
		    elf_is_reference(&program->symbols.items[i]))
			return false;
	return program->go;
}

struct elf_gap elf_gap_find(const struct elf_tree *tree, size_t n, const char *family)
{
	const struct elf_node *node = &tree->nodes[n];
	bool program = n == 0 && elf_tree_has_program(tree);
	struct elf_gap gap = {ELF_GAP_NONE, 0, ""};

	if (is_library_of(node, family))
		return gap;
	gap.count = elf_built_in(node->object, program, family, &gap.example);
	if (gap.count) {
		gap.kind = ELF_GAP_BUILT_IN;
		return gap;
	}
	gap = find_self_bound(tree, n, family);
	if (gap.kind == ELF_GAP_NONE)
		gap = find_linked(node->object, family);
	if (gap.kind == ELF_GAP_NONE && is_nameless(node->object, family))
		gap.kind = ELF_GAP_NAMELESS;
	if (gap.kind == ELF_GAP_NONE && program && is_without_c(node->object, family))
		gap.kind = ELF_GAP_GO;
	return gap;
}

bool elf_gap_by_address(const struct elf_tree *tree, size_t n)
{
	const struct elf_object *object = tree->nodes[n].object;

	for (size_t i = 0; i < object->symbols.count; i++) {
		const struct elf_symbol *symbol = &object->symbols.items[i];
		const struct elf_call *call = elf_call_find(symbol->name);

		/* Who calls another's libzmq holds none. */
		if (elf_call_is(symbol->name, "zmq") && call && call->wrapped && elf_is_reference(symbol) &&
		    !elf_symbols_find(&object->symbols, symbol->name, true))
			return false;
	}
	return object->hints.zap && object->follows;
}

static char *words_of(const struct elf_tree *tree, size_t n, const char *family, const struct elf_gap *gap)
{
	const char *name = path_base(tree->nodes[n].path);
	const char *more = gap->count > 1 ? " ..." : "", *plural = gap->count > 1 ? "s" : "";
	const char *these = gap->count > 1 ? "these" : "it";

	switch (gap->kind) {
	case ELF_GAP_NONE:
		break;
	case ELF_GAP_BUILT_IN:
		return must_format(
			"%s has %zu %s_ function%s linked into it (%s%s): calls of %s do not reach "
			"libgsstap.so",
			name, gap->count, family, plural, gap->example, more, these);
	case ELF_GAP_LINKED:
		return must_format(
			"%s has %zu %s_ function%s of its own (%s%s) and was bound to %s when it was linked "
			"(-Bsymbolic-functions): its calls of %s do not reach libgsstap.so",
			name, gap->count, family, plural, gap->example, more, gap->count > 1 ? "them" : "it",
			these);
	case ELF_GAP_SELF_BOUND:
		return must_format(
			"%s prefers its own definitions (-Bsymbolic): its calls of %zu of them (%s%s) do not "
			"reach libgsstap.so",
			name, gap->count, gap->example, more);
	case ELF_GAP_NAMELESS:
		return must_format(
			"%s seems to have %s linked into it, stripped of its names: calls of that do not "
			"reach libgsstap.so",
			name, strcmp(family, "zmq") ? "a libgssapi" : "libzmq");
	case ELF_GAP_GO:
		return must_format("%s is a Go program that imports no %s_ function: a Go package for %s "
				   "makes no C call that could be seen",
				   name, family, strcmp(family, "zmq") ? "Kerberos" : "ZeroMQ");
	}
	return must_strdup("");
}

char *elf_gap_words(const struct elf_tree *tree, size_t n, const char *family, const struct elf_gap *gap)
{
	char *words = words_of(tree, n, family, gap), *more;

	if (gap->kind == ELF_GAP_NONE || strcmp(family, "zmq") || !elf_gap_by_address(tree, n))
		return words;
	more = must_format("%s; its connections are judged by address", words);
	free(words);
	return more;
}
