/* SPDX-License-Identifier: MIT */
/*
 * `gsstap inspect` as text. Every name from a file goes through out_text, so that none can act on a terminal.
 * What neither calls nor defines anything of ours is only counted.
 */
#include "tools/elf/report.h"

#include "tools/base/path.h"
#include "tools/elf/calls.h"
#include "tools/out/out.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS 100

static void put_name(struct out *out, const char *name)
{
	out_text(out, (const uint8_t *)name, strlen(name));
}

static void put_paths(struct out *out, const char *label, const char *list)
{
	if (!list)
		return;
	out_str(out, label);
	put_name(out, list);
}

static void put_head(struct out *out, const struct elf_report *report)
{
	static const char *const types[] = {"program at a fixed address",
					    "position-independent program",
					    "statically linked program",
					    "statically linked program (static-pie)",
					    "shared library",
					    "ELF file that is no program"};
	const struct elf_object *program = report->tree.nodes[0].object;

	for (size_t i = 0; i < report->chain.count; i++) {
		put_name(out, report->chain.steps[i].script);
		out_str(out, " is a script for ");
		put_name(out, report->chain.steps[i].interpreter);
		out_char(out, '\n');
	}
	put_name(out, report->tree.nodes[0].path);
	out_str(out, ": ");
	out_unsigned(out, program->bits);
	out_str(out, "-bit ");
	out_str(out, elf_machine_name(program->machine));
	out_char(out, ' ');
	out_str(out, types[program->type]);
	out_str(out, program->go ? ", made by Go\n" : "\n");
	put_paths(out, "  dynamic loader ", program->interpreter);
	if (program->interpreter)
		out_str(out, program->bind_now ? ", symbols are bound at start (-z now)\n"
					       : ", symbols are bound lazily\n");
}

static void put_secure(struct out *out, const struct elf_secure *secure)
{
	out_str(out, secure->secure ? "  AT_SECURE yes: LD_PRELOAD is ignored" : "  AT_SECURE no");
	if (secure->setuid)
		out_str(out, ", set-user-ID");
	if (secure->setgid)
		out_str(out, ", set-group-ID");
	if (secure->capabilities)
		out_str(out, ", file capabilities");
	if (secure->nosuid && (secure->setuid || secure->setgid || secure->capabilities))
		out_str(out, " (which does not count: the file system is mounted nosuid)");
	else if (secure->no_new_privs && (secure->setuid || secure->setgid))
		out_str(out, " (the set-ID bits do not count: no_new_privs is set)");
	out_char(out, '\n');
}

/* What a line of functions has in common. */
struct group {
	const char *family; /* NULL: no reference, or printed */
	unsigned how;
	size_t provider;
	enum elf_reach reach;
	bool own; /* the object's own functions */
};

static struct group group_of(const struct elf_report *report, size_t n, const struct elf_symbol *symbol)
{
	struct group group = {.family = elf_call_family(symbol->name),
			      .how = symbol->how,
			      .own = symbol->defined && !(symbol->how & ELF_BY_COPY)};

	group.reach = elf_reach(&report->tree, n, symbol, &group.provider);
	return group;
}

static bool same(const struct group *a, const struct group *b)
{
	return !strcmp(a->family, b->family) && a->how == b->how && a->provider == b->provider &&
	       a->reach == b->reach && a->own == b->own;
}

static void put_how(struct out *out, unsigned how)
{
	static const char *const names[] = {"JUMP_SLOT", "GLOB_DAT", "absolute 64", "COPY",
					    "other relocations"};
	const char *between = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (how & 1u << i) {
			out_str(out, between);
			out_str(out, names[i]);
			between = " + ";
		}
	if (!how)
		out_str(out, "no relocation");
}

static void put_reach(struct out *out, const struct elf_report *report, enum elf_reach reach)
{
	static const char *const words[] = {"reached", "left alone by libgsstap.so", "data",
					    "not reached: bound to itself",
					    "not reached: the program's own come first"};
	bool good = reach == ELF_REACHED && report->verdict != ELF_NOT_COVERED;

	if (reach <= ELF_REACHED && !good) {
		out_paint(out, "31");
		out_str(out, "not reached");
	} else {
		out_paint(out, good ? "32" : reach >= ELF_SELF_BOUND ? "31" : "");
		out_str(out, words[reach]);
	}
	out_paint(out, "");
}

static void put_group(struct out *out, const struct elf_report *report, const struct group *group,
		      size_t count)
{
	out_str(out, "    ");
	out_unsigned(out, count);
	out_str(out, group->family[0] == 'g' ? " gss_" : " zmq_");
	out_str(out, group->own ? " of its own" : " of ");
	if (!group->own && group->provider < report->tree.count)
		put_name(out, path_base(report->tree.nodes[group->provider].path));
	else if (!group->own)
		out_str(out, "no library that is found");
	out_str(out, " through ");
	put_how(out, group->how);
	out_str(out, ": ");
	put_reach(out, report, group->reach);
	out_str(out, "\n");
}

static void put_names(struct out *out, const struct list *names)
{
	size_t column = 8;

	for (size_t i = 0; i < names->count; i++) {
		size_t len = strlen(names->items[i]) + 1;
		bool wrap = i == 0 || column + len > COLUMNS;

		if (wrap)
			out_str(out, i == 0 ? "       " : "\n       ");
		column = wrap ? 8 + len : column + len;
		out_char(out, ' ');
		put_name(out, names->items[i]);
	}
	out_char(out, '\n');
}

/* The references of one object, those alike in one paragraph. */
static void put_references(struct out *out, const struct elf_report *report, size_t n)
{
	const struct elf_symbols *symbols = &report->tree.nodes[n].object->symbols;
	struct group *groups = must_calloc(symbols->count, sizeof(*groups));

	for (size_t i = 0; i < symbols->count; i++)
		if (elf_is_reference(&symbols->items[i]))
			groups[i] = group_of(report, n, &symbols->items[i]);
	for (size_t i = 0; i < symbols->count; i++) {
		struct group group = groups[i];
		struct list names = {0};

		for (size_t k = i; group.family && k < symbols->count; k++) {
			if (!groups[k].family || !same(&group, &groups[k]))
				continue;
			groups[k].family = NULL;
			list_add(&names, symbols->items[k].name);
		}
		if (names.count)
			put_group(out, report, &group, names.count);
		/* Which of its own functions a library calls is of no interest to the program that uses it.
		 */
		if (names.count && !(group.own && n > 0))
			put_names(out, &names);
		list_free(&names);
	}
	free(groups);
}

static void put_definitions(struct out *out, const struct elf_object *object)
{
	size_t gss = elf_object_defines(object, "gss"), zmq = elf_object_defines(object, "zmq");

	if (gss) {
		out_str(out, "    defines ");
		out_unsigned(out, gss);
		out_str(out, " gss_ functions\n");
	}
	if (zmq) {
		out_str(out, "    defines ");
		out_unsigned(out, zmq);
		out_str(out, elf_object_imports(object, "gss_init_sec_context")
				     ? " zmq_ functions, and calls GSSAPI\n"
				     : " zmq_ functions, built without GSSAPI\n");
	}
}

static void put_list(struct out *out, const char *label, const struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		out_str(out, i ? " " : label);
		put_name(out, list->items[i]);
	}
	if (list->count)
		out_char(out, '\n');
}

static bool interesting(const struct elf_report *report, size_t n)
{
	const struct elf_node *node = &report->tree.nodes[n];

	if (n == 0 || !node->object || node->error)
		return true;
	for (size_t i = 0; i < node->object->symbols.count; i++)
		if (elf_call_family(node->object->symbols.items[i].name))
			return true;
	return node->object->built_in.count || node->object->hints.libraries.count;
}

static void put_found(struct out *out, const struct elf_node *node)
{
	static const char *const ways[] = {"",
					   "by its path",
					   "RPATH",
					   "LD_LIBRARY_PATH",
					   "RUNPATH",
					   "ld.so.cache",
					   "default directory",
					   "the dynamic loader",
					   ""};

	put_name(out, node->name);
	if (!node->path) {
		out_str(out, " is not found\n");
		return;
	}
	out_str(out, " => ");
	put_name(out, node->path);
	out_str(out, " (");
	out_str(out, ways[node->found]);
	out_str(out, ")");
	if (node->error) {
		out_str(out, ": ");
		out_str(out, node->error);
	}
	out_char(out, '\n');
}

static void put_object(struct out *out, const struct elf_report *report, size_t n)
{
	const struct elf_node *node = &report->tree.nodes[n];
	const struct elf_object *object = node->object;

	out_str(out, "  ");
	if (n)
		put_found(out, node);
	else
		out_str(out, "itself\n");
	if (!object)
		return;
	put_paths(out, "    searches RPATH ", object->rpath);
	put_paths(out, "    searches RUNPATH ", object->runpath);
	if (object->rpath || object->runpath)
		out_char(out, '\n');
	put_definitions(out, object);
	put_references(out, report, n);
	if (elf_object_imports(object, "dlopen") || elf_object_imports(object, "dlsym"))
		out_str(out, "    loads at run time: it imports dlopen or dlsym\n");
	put_list(out, "    names libraries: ", &object->hints.libraries);
	if (!elf_object_defines(object, "gss") && !elf_object_defines(object, "zmq"))
		put_list(out, "    names functions: ", &object->hints.functions);
}

static void put_objects(struct out *out, const struct elf_report *report)
{
	size_t rest = 0;

	for (size_t n = 0; n < report->tree.count; n++) {
		if (interesting(report, n))
			put_object(out, report, n);
		else
			rest++;
	}
	if (rest) {
		out_str(out, "  ");
		out_unsigned(out, rest);
		out_str(out, rest > 1 ? " other libraries have nothing to do with gss_ or zmq_\n"
				      : " other library has nothing to do with gss_ or zmq_\n");
	}
}

static void put_sentences(struct out *out, const char *label, const struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		out_str(out, label);
		/* They hold names of files, which may hold anything. */
		out_safe(out, list->items[i]);
		out_char(out, '\n');
	}
}

int elf_report_text(const struct elf_report *report, FILE *file, bool colour)
{
	static const char *const paints[] = {"1;32", "1;33", "1;31"};
	struct out *out = must_calloc(1, sizeof(*out));
	int failed;

	out_init(out, file, colour, false);
	put_head(out, report);
	if (elf_tree_has_program(&report->tree))
		put_secure(out, &report->secure);
	put_objects(out, report);
	put_sentences(out, "note: ", &report->notes);
	out_paint(out, paints[report->verdict]);
	out_str(out, elf_report_sentence(report));
	out_paint(out, "");
	out_char(out, '\n');
	put_sentences(out, "  ", &report->reasons);
	out_flush(out);
	failed = out->failed || fflush(file);
	free(out);
	return failed ? -1 : 0;
}
