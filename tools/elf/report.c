/* SPDX-License-Identifier: MIT */
/* Gathers what is known of a program; see report.h. */
#include "tools/elf/report.h"

#include "tools/base/path.h"
#include "tools/elf/calls.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void count_references(struct elf_report *report)
{
	const struct elf_tree *tree = &report->tree;
	size_t provider;

	for (size_t n = 0; n < tree->count; n++) {
		const struct elf_object *object = tree->nodes[n].object;

		for (size_t i = 0; object && i < object->symbols.count; i++) {
			const struct elf_symbol *symbol = &object->symbols.items[i];
			enum elf_reach reach;

			/* A library's calls of its own functions say nothing of the program that uses it. */
			if (!elf_is_reference(symbol) || (symbol->defined && n > 0))
				continue;
			reach = elf_reach(tree, n, symbol, &provider);
			report->references += reach != ELF_DATA && reach != ELF_NOT_WRAPPED;
		}
	}
}

/* Does the program load objects, by itself or through a library that it uses directly? The libraries watched
 * load plugins of theirs, the C library its own: those say nothing of the program. */
static bool loads(const struct elf_tree *tree)
{
	for (size_t n = 0; n < tree->count; n++) {
		const struct elf_object *object = tree->nodes[n].object;

		if (object && tree->nodes[n].parent == 0 && !elf_object_defines(object, "gss") &&
		    !elf_object_defines(object, "zmq") &&
		    (elf_object_imports(object, "dlopen") || elf_object_imports(object, "dlsym")))
			return true;
	}
	return false;
}

static int fail(struct elf_report *report, char *error, size_t size, const char *path, const char *why)
{
	snprintf(error, size, "%s%s%s", path, *path ? ": " : "", why);
	elf_report_free(report);
	return -1;
}

int elf_report_make(struct elf_report *report, const char *asked, char *error, size_t size)
{
	char path[PATH_MAX], why[160];
	struct elf_object *object;
	struct elf_file *file;

	*report = (struct elf_report){.asked = asked};
	if (path_program(asked, NULL, path, sizeof(path)) && !strchr(asked, '/'))
		return fail(report, error, size, asked,
			    "no such program in PATH (a file of this directory is ./NAME)");
	elf_script_follow(path, &report->chain);
	if (report->chain.problem)
		return fail(report, error, size, "", report->chain.problem);
	file = elf_file_open(report->chain.program, why, sizeof(why));
	if (!file)
		return fail(report, error, size, report->chain.program,
			    errno == ENOEXEC && strstr(why, "not an ELF")
				    ? "neither an ELF file nor a #! script"
				    : why);
	object = elf_object_read(file);
	elf_file_close(file);
	report->secure = elf_secure_check(report->chain.program);
	elf_tree_build(&report->tree, report->chain.program, object, report->secure.secure);
	count_references(report);
	report->loads = loads(&report->tree);
	elf_report_judge(report);
	return 0;
}

void elf_report_free(struct elf_report *report)
{
	elf_chain_free(&report->chain);
	elf_tree_free(&report->tree);
	list_free(&report->reasons);
	list_free(&report->notes);
}
