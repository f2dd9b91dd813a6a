/* SPDX-License-Identifier: MIT */
/* Judges single references; see reach.h. */
#include "tools/elf/reach.h"

#include "tools/elf/calls.h"

#include <string.h>

bool elf_is_reference(const struct elf_symbol *symbol)
{
	return elf_call_family(symbol->name) && (symbol->how || !symbol->defined);
}

bool elf_tree_has_program(const struct elf_tree *tree)
{
	enum elf_type type = tree->nodes[0].object->type;

	return type != ELF_TYPE_LIBRARY && type != ELF_TYPE_OTHER;
}

static bool is_data(const struct elf_tree *tree, size_t provider, const struct elf_symbol *symbol)
{
	const struct elf_symbol *definition = NULL;

	if (provider < tree->count)
		definition = elf_symbols_find(&tree->nodes[provider].object->symbols, symbol->name, true);
	return !symbol->function || symbol->how & ELF_BY_COPY || (definition && !definition->function);
}

enum elf_reach elf_reach(const struct elf_tree *tree, size_t node, const struct elf_symbol *symbol,
			 size_t *provider)
{
	const struct elf_call *call = elf_call_find(symbol->name);
	const struct elf_object *object = tree->nodes[node].object;

	*provider = elf_tree_provider(tree, node, symbol);
	if (is_data(tree, *provider, symbol))
		return ELF_DATA;
	if (!call || !call->wrapped)
		return ELF_NOT_WRAPPED;
	if (symbol->defined && (object->symbolic || symbol->self_bound))
		return ELF_SELF_BOUND;
	if (*provider == 0 && elf_tree_has_program(tree))
		return ELF_PROGRAM_DEFINES;
	return ELF_REACHED;
}

static size_t count_in(const struct elf_symbols *symbols, const char *family, const char **example)
{
	size_t count = 0;

	for (size_t i = 0; i < symbols->count; i++) {
		const struct elf_symbol *symbol = &symbols->items[i];
		const struct elf_call *call = elf_call_find(symbol->name);

		if (!symbol->defined || !symbol->function || !call || !call->wrapped ||
		    strcmp(elf_call_family(symbol->name), family))
			continue;
		if (example)
			*example = symbol->name;
		count++;
	}
	return count;
}

size_t elf_built_in(const struct elf_object *object, bool program, const char *family, const char **example)
{
	size_t count = count_in(&object->built_in, family, example);

	return program ? count + count_in(&object->symbols, family, example) : count;
}
