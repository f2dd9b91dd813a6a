/* SPDX-License-Identifier: MIT */
/* Searches an object's bytes for telling strings; see hints.h. */
#include "tools/elf/hints.h"

#include "tools/elf/calls.h"

#include <stdlib.h>
#include <string.h>

#define SEARCH_MAX (512u << 20)
#define BLOCK (1u << 20)
#define MARGIN 128 /* bytes of the next block that are seen with one: longer strings are none of ours */
#define LIST_MAX 256

/* A stretch of the file that is being looked through; text[-1] is the byte before it. */
struct stretch {
	const char *text;
	size_t size;  /* where a string may begin */
	size_t reach; /* how far one may go on */
	uint64_t offset;
	uint64_t skip_from, skip_to; /* file offsets of the dynamic string table */
	struct elf_hints *hints;
};

static bool name_byte(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static void take_library(struct stretch *s, const char *text, size_t room)
{
	char name[MARGIN];
	size_t len = 0;

	while (len < room && len < sizeof(name) - 1 && (name_byte(text[len]) || strchr(".+-", text[len])) &&
	       text[len])
		len++;
	memcpy(name, text, len);
	name[len] = 0;
	if (!name_byte(text[-1]) && strstr(name, ".so") && s->hints->libraries.count < LIST_MAX &&
	    !list_has(&s->hints->libraries, name))
		list_add(&s->hints->libraries, name);
}

static void take_function(struct stretch *s, const char *text, size_t room)
{
	if (text[-1] || !memchr(text, 0, room) || !elf_call_find(text))
		return;
	if (s->hints->functions.count < LIST_MAX && !list_has(&s->hints->functions, text))
		list_add(&s->hints->functions, text);
}

static void take_zap(struct stretch *s, const char *text, size_t room)
{
	(void)text;
	(void)room;
	s->hints->zap = true;
}

static void take_mechglue(struct stretch *s, const char *text, size_t room)
{
	(void)text;
	(void)room;
	s->hints->mechglue = true;
}

static const struct needle {
	const char *text;
	size_t len;
	void (*take)(struct stretch *s, const char *text, size_t room);
} needles[] = {
	{"libzmq", 6, take_library},
	{"libgssapi", 9, take_library},
#define FAMILY(name, prefix, listed) {prefix, sizeof(prefix) - 1, listed ? take_function : NULL},
#include "trace/calls.def"
	{"inproc://zeromq.zap.01", 22, take_zap}, /* rfc.zeromq.org/spec/27 */
	{"/etc/gss/mech", 13, take_mechglue},	  /* MIT's and Heimdal's alike */
};

static void search(struct stretch *s, const struct needle *needle)
{
	const char *at = s->text, *end = s->text + s->size;

	while (at < end && (at = memmem(at, s->text + s->reach - at, needle->text, needle->len)) &&
	       at < end) {
		uint64_t offset = s->offset + (at - s->text);

		if (offset < s->skip_from || offset >= s->skip_to)
			needle->take(s, at, s->text + s->reach - at);
		at++;
	}
}

static uint64_t loaded_size(const struct elf_file *file)
{
	uint64_t end = 0;

	for (size_t i = 0; i < file->segment_count; i++) {
		const GElf_Phdr *p = &file->segments[i];

		if (p->p_type != PT_LOAD || p->p_offset > file->size)
			continue;
		if (p->p_filesz > file->size - p->p_offset)
			end = file->size;
		else if (p->p_offset + p->p_filesz > end)
			end = p->p_offset + p->p_filesz;
	}
	return end;
}

void elf_hints_read(const struct elf_dynamic *dynamic, struct elf_hints *hints)
{
	uint64_t end = loaded_size(dynamic->file), strings;
	char *block = must_calloc(1, 1 + BLOCK + MARGIN);
	struct stretch s = {.text = block + 1, .hints = hints};

	*hints = (struct elf_hints){.cut = end > SEARCH_MAX};
	if (hints->cut)
		end = SEARCH_MAX;
	strings = elf_file_offset(dynamic->file, elf_dynamic_value(dynamic, ELF_TAG_STRTAB));
	if (dynamic->strings && strings != UINT64_MAX) {
		s.skip_from = strings;
		s.skip_to = strings + dynamic->strings_size;
	}
	for (; s.offset < end; s.offset += BLOCK) {
		size_t want = end - s.offset < BLOCK + MARGIN ? end - s.offset : BLOCK + MARGIN;

		s.reach = elf_file_read(dynamic->file, s.offset, block + 1, want);
		s.size = s.reach < BLOCK ? s.reach : BLOCK;
		for (size_t i = 0; i < sizeof(needles) / sizeof(*needles); i++)
			if (needles[i].take)
				search(&s, &needles[i]);
		block[0] = block[BLOCK];
		if (s.reach < want)
			break; /* the file shrank */
	}
	free(block);
}

void elf_hints_free(struct elf_hints *hints)
{
	list_free(&hints->libraries);
	list_free(&hints->functions);
}
