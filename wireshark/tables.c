/* SPDX-License-Identifier: MIT */
/*
 * Prints what the dissector needs to know of traces, as Lua tables: events and fields as they stand in
 * trace/events.def, calls, and all other names of numbers as `gsstap decode` prints them. The build runs it,
 * and puts what it prints in front of the other files: a row or a name that is added needs nothing here.
 */
#include "tools/names/names.h"
#include "trace/reader.h"

#include <stdio.h>

#define ERRNO_END 4096
#define ERRNO_ZMQ 156384712 /* ZMQ_HAUSNUMERO, and so many after it */
#define ERRNO_ZMQ_END (ERRNO_ZMQ + 256)

static const char *const types[] = {
#define EVENT(id, name)
#define FIELD(id, symbol, json, type) [id] = #type,
#include "trace/events.def"
#undef EVENT
#undef FIELD
};

/* No name holds a quote or a backslash: they are C identifiers, or libkrb5's names of encryption types. */
static void row(unsigned long number, const char *name)
{
	if (name)
		printf("\t[%lu] = \"%s\",\n", number, name);
}

static void print_fields(void)
{
	puts("local FIELDS = {");
	for (unsigned id = 0; id < tr_field_ids; id++)
		if (tr_field_info(id))
			printf("\t[%u] = {\"%s\", \"%s\"},\n", id, tr_field_info(id)->json, types[id]);
	puts("}");
}

/* Of every type whose numbers have any. */
static void print_names(void)
{
	bool done[TR_TYPE_GROUP + 1] = {false};

	puts("local NAMES = {");
	for (unsigned id = 0; id < tr_field_ids; id++) {
		const struct tr_field_info *info = tr_field_info(id);
		bool any = false;

		if (!info || done[info->type])
			continue;
		done[info->type] = true;
		for (unsigned number = 0; number <= UINT16_MAX; number++) {
			const char *name = name_of(info->type, number);

			if (name && !any)
				printf("%s = {\n", types[id]);
			any |= name != NULL;
			row(number, name);
		}
		if (any)
			puts("},");
	}
	puts("}");
}

static void print_errno(void)
{
	puts("local ERRNO = {");
	for (int number = 1; number < ERRNO_END; number++)
		row((unsigned long)number, name_errno(number));
	for (int number = ERRNO_ZMQ; number < ERRNO_ZMQ_END; number++)
		row((unsigned long)number, name_errno(number));
	puts("}");
}

static const char *only_name(size_t (*names_in)(uint32_t, const char **, uint32_t *), uint32_t bits)
{
	const char *names[NAMES_MAX];
	uint32_t rest;

	return names_in(bits, names, &rest) == 1 ? names[0] : NULL;
}

/* A major status is a calling error, a routine error and supplementary bits; flags are bits. */
static void print_gss(void)
{
	puts("local CALLING = {");
	for (uint32_t error = 1; error < 256; error++)
		row(error, only_name(names_major, error << 24));
	puts("}\nlocal ROUTINE = {");
	for (uint32_t error = 1; error < 256; error++)
		row(error, only_name(names_major, error << 16));
	puts("}\nlocal SUPPLEMENTARY = {");
	for (uint32_t bit = 0; bit < 16; bit++)
		row(bit, only_name(names_major, 1u << bit));
	puts("}\nlocal FLAGS = {");
	for (uint32_t bit = 0; bit < 32; bit++)
		row(bit, only_name(names_gss_flags, 1u << bit));
	puts("}");
}

int main(void)
{
	printf("-- SPDX-License-Identifier: MIT\n-- Made by the build.\nlocal TAG, VERSION = %d, %d\nlocal "
	       "EVENTS = {\n",
	       TR_TAG, TR_VERSION);
	for (unsigned id = 0; id <= UINT16_MAX; id++)
		row(id, tr_event_name(id));
	puts("}");
	print_fields();
	print_names();
	print_errno();
	print_gss();
	return ferror(stdout) || fflush(stdout);
}
