/* SPDX-License-Identifier: MIT */
/*
 * `gsstap inspect --format json`: one object. The names are part of the interface (gsstap-inspect(1)); facts
 * that are not known are absent.
 */
#include "tools/elf/report.h"

#include "tools/elf/calls.h"
#include "tools/out/json.h"

#include <stdlib.h>

static void relocations(struct js *js, unsigned how)
{
	static const char *const names[] = ELF_HOW_NAMES;

	js_key(js, "relocations");
	js_array(js);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (how & 1u << i)
			js_string(js, names[i]);
	js_array_end(js);
}

static void reference(struct js *js, const struct elf_report *report, size_t n,
		      const struct elf_symbol *symbol)
{
	static const char *const reaches[] = ELF_REACH_NAMES;
	const struct elf_call *call = elf_call_find(symbol->name);
	size_t provider;
	enum elf_reach reach = elf_reach(&report->tree, n, symbol, &provider);

	js_object(js);
	js_set_string(js, "symbol", symbol->name);
	js_set_string(js, "version", symbol->version);
	relocations(js, symbol->how);
	if (provider < report->tree.count)
		js_set_string(js, "provider", report->tree.nodes[provider].path);
	js_set_bool(js, "reached", reach == ELF_REACHED && report->verdict != ELF_NOT_COVERED);
	if (reach != ELF_REACHED)
		js_set_string(js, "why", reaches[reach]);
	if (reach == ELF_NOT_WRAPPED && call)
		js_set_string(js, "excused", call->excused);
	js_object_end(js);
}

static void references(struct js *js, const struct elf_report *report, size_t n)
{
	const struct elf_symbols *symbols = &report->tree.nodes[n].object->symbols;

	js_key(js, "references");
	js_array(js);
	for (size_t i = 0; i < symbols->count; i++)
		if (elf_is_reference(&symbols->items[i]))
			reference(js, report, n, &symbols->items[i]);
	js_array_end(js);
}

/* How many functions of each family, where there are any. */
static void counts(struct js *js, const char *key, const size_t of[2])
{
	static const char *const families[] = {"gss", "zmq"};

	if (!of[0] && !of[1])
		return;
	js_key(js, key);
	js_object(js);
	for (int f = 0; f < 2; f++)
		if (of[f])
			js_set_unsigned(js, families[f], of[f]);
	js_object_end(js);
}

static void definitions(struct js *js, const struct elf_report *report, size_t n)
{
	const struct elf_object *elf = report->tree.nodes[n].object;
	bool program = n == 0 && elf_tree_has_program(&report->tree);
	size_t exported[] = {elf_object_defines(elf, "gss"), elf_object_defines(elf, "zmq")};
	size_t hidden[] = {elf_built_in(elf, program, "gss", NULL), elf_built_in(elf, program, "zmq", NULL)};

	if (exported[1])
		js_set_bool(js, "libzmq_gssapi", elf_object_imports(elf, "gss_init_sec_context"));
	counts(js, "defines", exported);
	counts(js, "built_in", hidden);
}

static void loading(struct js *js, const struct elf_object *elf)
{
	static const char *const names[] = {"dlopen", "dlmopen", "dlsym", "dlvsym"};
	bool any = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!elf_object_imports(elf, names[i]))
			continue;
		if (!any) {
			js_key(js, "loads_with");
			js_array(js);
		}
		any = true;
		js_string(js, names[i]);
	}
	if (any)
		js_array_end(js);
	if (elf->hints.libraries.count)
		js_set_strings(js, "library_names", elf->hints.libraries.items, elf->hints.libraries.count);
	if (elf->hints.functions.count)
		js_set_strings(js, "function_names", elf->hints.functions.items, elf->hints.functions.count);
}

static void library(struct js *js, const struct elf_report *report, size_t n)
{
	static const char *const found[] = ELF_FOUND_NAMES;
	const struct elf_node *node = &report->tree.nodes[n];

	js_object(js);
	if (n) {
		js_set_string(js, "name", node->name);
		js_set_string(js, "needed_by", report->tree.nodes[node->parent].path);
		js_set_string(js, "found_by", found[node->found]);
	}
	js_set_string(js, "path", node->path);
	js_set_string(js, "error", node->error);
	if (node->object) {
		js_set_string(js, "soname", node->object->soname);
		js_set_string(js, "rpath", node->object->rpath);
		js_set_string(js, "runpath", node->object->runpath);
		js_set_bool(js, "bind_now", node->object->bind_now);
		js_set_bool(js, "symbolic", node->object->symbolic);
		references(js, report, n);
		definitions(js, report, n);
		loading(js, node->object);
	}
	js_object_end(js);
}

static void scripts(struct js *js, const struct elf_chain *chain)
{
	js_key(js, "scripts");
	js_array(js);
	for (size_t i = 0; i < chain->count; i++) {
		js_object(js);
		js_set_string(js, "script", chain->steps[i].script);
		js_set_string(js, "interpreter", chain->steps[i].interpreter);
		js_object_end(js);
	}
	js_array_end(js);
}

static void secure(struct js *js, const struct elf_secure *facts)
{
	js_key(js, "at_secure");
	js_object(js);
	js_set_bool(js, "secure", facts->secure);
	js_set_bool(js, "setuid", facts->setuid);
	js_set_bool(js, "setgid", facts->setgid);
	js_set_bool(js, "capabilities", facts->capabilities);
	js_set_bool(js, "nosuid", facts->nosuid);
	js_set_bool(js, "no_new_privs", facts->no_new_privs);
	js_object_end(js);
}

static void write_report(struct js *js, const struct elf_report *report)
{
	static const char *const types[] = ELF_TYPE_NAMES, *const verdicts[] = ELF_VERDICT_NAMES;
	const struct elf_object *program = report->tree.nodes[0].object;

	js_object(js);
	js_set_string(js, "asked", report->asked);
	if (report->chain.count)
		scripts(js, &report->chain);
	js_set_string(js, "type", types[program->type]);
	js_set_unsigned(js, "bits", (uint64_t)program->bits);
	js_set_string(js, "machine", elf_machine_name(program->machine));
	js_set_string(js, "interpreter", program->interpreter);
	js_set_bool(js, "go", program->go);
	secure(js, &report->secure);
	js_key(js, "program");
	library(js, report, 0);
	js_key(js, "libraries");
	js_array(js);
	for (size_t n = 1; n < report->tree.count; n++)
		library(js, report, n);
	js_array_end(js);
	js_set_string(js, "verdict", verdicts[report->verdict]);
	js_set_strings(js, "reasons", report->reasons.items, report->reasons.count);
	js_set_strings(js, "notes", report->notes.items, report->notes.count);
	js_object_end(js);
	js_line(js);
}

int elf_report_json(const struct elf_report *report, FILE *file)
{
	struct out *out = must_calloc(1, sizeof(*out));
	struct js js;
	int failed;

	out_init(out, file, false, true);
	js_init(&js, out);
	write_report(&js, report);
	out_flush(out);
	failed = out->failed;
	free(out);
	return failed ? -1 : 0;
}
