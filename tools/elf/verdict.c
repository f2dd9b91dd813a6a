/* SPDX-License-Identifier: MIT */
/*
 * The verdict on a program: reasons make it worse, notes do not. What can only be guessed is a note.
 */
#include "tools/elf/verdict.h"

#include "tools/base/path.h"
#include "tools/elf/cover.h"
#include "tools/elf/gap.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const families[] = {"gss", "zmq"};

static void reason(struct elf_report *report, enum elf_verdict verdict, char *text)
{
	list_take(&report->reasons, text);
	if (report->verdict < verdict)
		report->verdict = verdict;
}

static void note(struct elf_report *report, char *text)
{
	list_take(&report->notes, text);
}

static const char *name_of(const struct elf_node *node)
{
	return path_base(node->path ? node->path : node->name);
}

/* Can the shim be there at all? */
static void judge_start(struct elf_report *report)
{
	const struct elf_object *program = report->tree.nodes[0].object;
	char why[512];

	if (report->chain.drops_preload)
		reason(report, ELF_NOT_COVERED, must_strdup("the env in the #! line drops LD_PRELOAD"));
	if (program->type == ELF_TYPE_LIBRARY && program->native)
		note(report,
		     must_strdup("this is a library: it is covered where the program that loads it is"));
	else if (cover_check_program(report->chain.program, why, sizeof(why)) == COVER_NO)
		reason(report, ELF_NOT_COVERED, must_strdup(why));
	if ((report->secure.setuid || report->secure.setgid || report->secure.capabilities) &&
	    !report->secure.secure && !report->secure.nosuid)
		note(report,
		     must_strdup("it gains privileges when another user starts it, and is not covered then"));
	if (report->chain.count)
		note(report,
		     must_strdup(
			     "a script: this is about its interpreter, programs it starts are covered each "
			     "on its own"));
}

/* Its runtime ends a program in which anything is preloaded before it, unless it is told not to. */
static void note_asan(struct elf_report *report)
{
	const struct list *needed = &report->tree.nodes[0].object->needed;

	for (size_t i = 0; i < needed->count; i++)
		if (!strncmp(needed->items[i], "libasan.so", 10))
			note(report,
			     must_strdup("it was built with AddressSanitizer, which must be told that "
					 "something comes before its runtime: gsstap run does; where "
					 "LD_PRELOAD is set by hand, set "
					 "ASAN_OPTIONS=verify_asan_link_order=0 as well"));
}

static void judge_libraries(struct elf_report *report)
{
	const char *start = elf_tree_has_program(&report->tree) ? "started" : "loaded";

	for (size_t i = 1; i < report->tree.count; i++) {
		const struct elf_node *node = &report->tree.nodes[i];
		const char *parent = name_of(&report->tree.nodes[node->parent]);

		if (!node->path)
			reason(report, ELF_NOT_COVERED,
			       must_format("it cannot be %s here: %s, which %s needs, is not found", start,
					   node->name, parent));
		else if (node->error)
			reason(report, ELF_NOT_COVERED,
			       must_format("it cannot be %s here: %s, which %s needs: %s", start, node->path,
					   parent, node->error));
	}
	if (report->tree.cut)
		reason(report, ELF_PARTLY, must_strdup("it has too many libraries: not all were looked at"));
}

/* Functions that are called without the loader's help. */
static void judge_gaps(struct elf_report *report, size_t n)
{
	const struct elf_object *object = report->tree.nodes[n].object;
	bool any = false;

	for (int f = 0; f < 2; f++) {
		struct elf_gap gap = elf_gap_find(&report->tree, n, families[f]);

		if (gap.kind == ELF_GAP_NONE)
			continue;
		any = true;
		reason(report, ELF_PARTLY, elf_gap_words(&report->tree, n, families[f], &gap));
	}
	if (!any && object->symbolic &&
	    (elf_object_defines(object, "gss") || elf_object_defines(object, "zmq")))
		note(report,
		     must_format("%s was linked with -Bsymbolic: calls of its own functions are not seen",
				 name_of(&report->tree.nodes[n])));
}

static void note_go(struct elf_report *report)
{
	if (report->tree.nodes[0].object->go && report->references)
		note(report, must_strdup("a Go program: only the C functions that it imports are seen"));
}

/* A libzmq that was built without GSSAPI refers to no gss_init_sec_context. */
static void note_libzmq(struct elf_report *report, size_t n)
{
	const struct elf_object *object = report->tree.nodes[n].object;

	if (!elf_object_defines(object, "zmq") && !elf_built_in(object, false, "zmq", NULL))
		return;
	if (!elf_object_imports(object, "gss_init_sec_context") &&
	    !elf_symbols_find(&object->built_in, "gss_init_sec_context", true))
		note(report,
		     must_format(
			     "the libzmq in %s was built without GSSAPI: it can be watched, GSSAPI cannot be "
			     "injected into it",
			     name_of(&report->tree.nodes[n])));
}

static void note_loading(struct elf_report *report, size_t n)
{
	const struct elf_node *node = &report->tree.nodes[n];
	const struct elf_hints *hints = &node->object->hints;
	bool provider = elf_object_defines(node->object, "gss") || elf_object_defines(node->object, "zmq");

	if (!elf_symbols_find(&node->object->symbols, "dlmopen", true) &&
	    elf_object_imports(node->object, "dlmopen"))
		note(report,
		     must_format("%s imports dlmopen: what it loads into another namespace is not reached",
				 name_of(node)));
	if (!provider && hints->libraries.count)
		note(report,
		     must_format("%s names %s%s: it may load it at run time", name_of(node),
				 hints->libraries.items[0], hints->libraries.count > 1 ? " and others" : ""));
	if (hints->cut)
		note(report, must_format("%s is large: only its first 512 MiB were searched for names",
					 name_of(node)));
}

void elf_report_judge(struct elf_report *report)
{
	judge_start(report);
	note_asan(report);
	judge_libraries(report);
	note_go(report);
	for (size_t n = 0; n < report->tree.count; n++) {
		if (!report->tree.nodes[n].object)
			continue;
		judge_gaps(report, n);
		note_libzmq(report, n);
		note_loading(report, n);
	}
	if (report->loads && report->verdict != ELF_NOT_COVERED)
		note(report,
		     must_strdup("what is loaded with dlopen is reached too; whether that happens with "
				 "RTLD_DEEPBIND or at all cannot be told from files"));
}

const char *elf_report_sentence(const struct elf_report *report)
{
	if (report->verdict == ELF_NOT_COVERED)
		return "not covered";
	if (report->verdict == ELF_PARTLY)
		return "partly covered";
	if (report->references)
		return "covered: every gss_ and zmq_ call that can be seen goes through libgsstap.so";
	if (report->loads)
		return "covered: it refers to no gss_ or zmq_ function by itself, and those it loads are "
		       "reached";
	return "covered: but it refers to no gss_ or zmq_ function and loads nothing";
}
