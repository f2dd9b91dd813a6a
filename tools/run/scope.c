/* SPDX-License-Identifier: MIT */
/* Reads PROGRAM and what it loads; see scope.h. What it loads counts as if it were linked to it. */
#include "tools/run/scope.h"

#include "tools/elf/script.h"
#include "tools/run/zmq_guess.h"

static void build(struct run_scope *scope, const char *program, const struct list *objects)
{
	char error[160];
	struct elf_file *file = elf_file_open(program, error, sizeof(error));
	struct elf_object *object;

	if (!file)
		return;
	object = elf_object_read(file);
	elf_file_close(file);
	for (size_t i = 0; i < objects->count; i++)
		list_add(&object->needed, objects->items[i]);
	elf_tree_build(&scope->tree, program, object, false);
	scope->known = true;
}

void run_scope_open(struct run_scope *scope, const char *judged, char **argv)
{
	struct list guessed = {0};
	struct elf_chain chain;

	*scope = (struct run_scope){0};
	elf_script_follow(judged, &chain);
	if (chain.program) {
		run_zmq_guess(&guessed, &chain, argv);
		build(scope, chain.program, &guessed);
	}
	list_free(&guessed);
	elf_chain_free(&chain);
}

void run_scope_close(struct run_scope *scope)
{
	elf_tree_free(&scope->tree);
	scope->known = false;
}
