/* SPDX-License-Identifier: MIT */
/*
 * `gsstap inspect --format json`: one object. The names are part of the interface (gsstap-inspect(1)); facts
 * that are not known are absent.
 */
#include "tools/elf/report.h"

#include "tools/elf/calls.h"
#include "tools/base/safe.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that are not UTF-8 become the characters U+0080 to U+00FF, as in gsstap decode. */
static json_t *text(const char *bytes)
{
	size_t len = strlen(bytes), used = 0;
	char *clean = elf_calloc(2 * len + 1, 1);
	json_t *value;
	uint32_t code;

	for (size_t i = 0; i < len;) {
		size_t n = safe_utf8((const uint8_t *)bytes + i, len - i, &code);

		if (n) {
			memcpy(clean + used, bytes + i, n);
			used += n;
			i += n;
		} else {
			clean[used++] = 0xc0 | ((unsigned char)bytes[i] >> 6);
			clean[used++] = 0x80 | (bytes[i++] & 0x3f);
		}
	}
	value = json_stringn(clean, used);
	free(clean);
	return value;
}

static void set_text(json_t *object, const char *key, const char *value)
{
	if (value)
		json_object_set_new(object, key, text(value));
}

static void set_bool(json_t *object, const char *key, bool value)
{
	json_object_set_new(object, key, json_boolean(value));
}

static json_t *texts(const struct elf_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, text(list->items[i]));
	return array;
}

static void set_texts(json_t *object, const char *key, const struct elf_list *list)
{
	if (list->count)
		json_object_set_new(object, key, texts(list));
}

static json_t *relocations(unsigned how)
{
	static const char *const names[] = ELF_HOW_NAMES;
	json_t *array = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (how & 1u << i)
			json_array_append_new(array, json_string(names[i]));
	return array;
}

static json_t *reference(const struct elf_report *report, size_t n, const struct elf_symbol *symbol)
{
	static const char *const reaches[] = ELF_REACH_NAMES;
	const struct elf_call *call = elf_call_find(symbol->name);
	json_t *object = json_object();
	size_t provider;
	enum elf_reach reach = elf_reach(&report->tree, n, symbol, &provider);

	set_text(object, "symbol", symbol->name);
	set_text(object, "version", symbol->version);
	json_object_set_new(object, "relocations", relocations(symbol->how));
	if (provider < report->tree.count)
		set_text(object, "provider", report->tree.nodes[provider].path);
	set_bool(object, "reached", reach == ELF_REACHED && report->verdict != ELF_NOT_COVERED);
	if (reach != ELF_REACHED)
		set_text(object, "why", reaches[reach]);
	if (reach == ELF_NOT_WRAPPED && call)
		set_text(object, "excused", call->excused);
	return object;
}

static json_t *references(const struct elf_report *report, size_t n)
{
	const struct elf_symbols *symbols = &report->tree.nodes[n].object->symbols;
	json_t *array = json_array();

	for (size_t i = 0; i < symbols->count; i++)
		if (elf_is_reference(&symbols->items[i]))
			json_array_append_new(array, reference(report, n, &symbols->items[i]));
	return array;
}

static void set_definitions(json_t *object, const struct elf_report *report, size_t n)
{
	static const char *const families[] = {"gss", "zmq"};
	const struct elf_object *elf = report->tree.nodes[n].object;
	bool program = n == 0 && elf_tree_has_program(&report->tree);
	json_t *defines = json_object(), *built_in = json_object();

	for (int f = 0; f < 2; f++) {
		size_t exported = elf_object_defines(elf, families[f]);
		size_t hidden = elf_built_in(elf, program, families[f], NULL);

		if (exported)
			json_object_set_new(defines, families[f], json_integer(exported));
		if (hidden)
			json_object_set_new(built_in, families[f], json_integer(hidden));
		if (exported && f == 1)
			set_bool(object, "libzmq_gssapi", elf_object_imports(elf, "gss_init_sec_context"));
	}
	if (json_object_size(defines))
		json_object_set(object, "defines", defines);
	if (json_object_size(built_in))
		json_object_set(object, "built_in", built_in);
	json_decref(defines);
	json_decref(built_in);
}

static void set_loading(json_t *object, const struct elf_object *elf)
{
	static const char *const names[] = {"dlopen", "dlmopen", "dlsym", "dlvsym"};
	json_t *imports = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (elf_object_imports(elf, names[i]))
			json_array_append_new(imports, json_string(names[i]));
	if (json_array_size(imports))
		json_object_set(object, "loads_with", imports);
	json_decref(imports);
	set_texts(object, "library_names", &elf->hints.libraries);
	set_texts(object, "function_names", &elf->hints.functions);
}

static json_t *library(const struct elf_report *report, size_t n)
{
	static const char *const found[] = ELF_FOUND_NAMES;
	const struct elf_node *node = &report->tree.nodes[n];
	json_t *object = json_object();

	if (n) {
		set_text(object, "name", node->name);
		set_text(object, "needed_by", report->tree.nodes[node->parent].path);
		set_text(object, "found_by", found[node->found]);
	}
	set_text(object, "path", node->path);
	set_text(object, "error", node->error);
	if (!node->object)
		return object;
	set_text(object, "soname", node->object->soname);
	set_text(object, "rpath", node->object->rpath);
	set_text(object, "runpath", node->object->runpath);
	set_bool(object, "bind_now", node->object->bind_now);
	set_bool(object, "symbolic", node->object->symbolic);
	json_object_set_new(object, "references", references(report, n));
	set_definitions(object, report, n);
	set_loading(object, node->object);
	return object;
}

static json_t *scripts(const struct elf_chain *chain)
{
	json_t *array = json_array();

	for (size_t i = 0; i < chain->count; i++) {
		json_t *object = json_object();

		set_text(object, "script", chain->steps[i].script);
		set_text(object, "interpreter", chain->steps[i].interpreter);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *secure(const struct elf_secure *facts)
{
	json_t *object = json_object();

	set_bool(object, "secure", facts->secure);
	set_bool(object, "setuid", facts->setuid);
	set_bool(object, "setgid", facts->setgid);
	set_bool(object, "capabilities", facts->capabilities);
	set_bool(object, "nosuid", facts->nosuid);
	set_bool(object, "no_new_privs", facts->no_new_privs);
	return object;
}

int elf_report_json(const struct elf_report *report, FILE *out)
{
	static const char *const types[] = ELF_TYPE_NAMES, *const verdicts[] = ELF_VERDICT_NAMES;
	const struct elf_object *program = report->tree.nodes[0].object;
	json_t *root = json_object(), *libraries = json_array();
	int failed;

	set_text(root, "asked", report->asked);
	if (report->chain.count)
		json_object_set_new(root, "scripts", scripts(&report->chain));
	set_text(root, "type", types[program->type]);
	json_object_set_new(root, "bits", json_integer(program->bits));
	set_text(root, "machine", elf_machine_name(program->machine));
	set_text(root, "interpreter", program->interpreter);
	set_bool(root, "go", program->go);
	json_object_set_new(root, "at_secure", secure(&report->secure));
	json_object_set_new(root, "program", library(report, 0));
	for (size_t n = 1; n < report->tree.count; n++)
		json_array_append_new(libraries, library(report, n));
	json_object_set_new(root, "libraries", libraries);
	set_text(root, "verdict", verdicts[report->verdict]);
	json_object_set_new(root, "reasons", texts(&report->reasons));
	json_object_set_new(root, "notes", texts(&report->notes));
	failed = json_dumpf(root, out, JSON_COMPACT) || fputc('\n', out) == EOF || fflush(out);
	json_decref(root);
	return failed ? -1 : 0;
}
