/* SPDX-License-Identifier: MIT */
/* Can the acceptor read its keytab, and has it keys of the service? */
#include "tools/doctor/checks.h"

#include "tools/doctor/words.h"
#include "tools/base/list.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 6 /* principals of a keytab */

/* Keys are added to a keytab alone, and not to what is none. */
static void make(struct lines *lines, const struct evidence *evidence, const char *principal)
{
	const struct probe_file *file = &evidence->keytab.file;

	if (file->exists) {
		char *aside = words_set_aside("mv", file->path);

		line_command(lines, "%s", aside);
		free(aside);
	}
	words_ktadd(lines, evidence, principal ? principal : "PRINCIPAL");
}

static void say_missing(struct lines *lines, const struct evidence *evidence, const char *principal)
{
	line_is(lines, LINE_FAIL);
	line_say(lines,
		 evidence->keytab.state == PROBE_EMPTY ? "%s has no key in it" : "there is no keytab %s",
		 evidence->keytab.name);
	if (evidence->keytab.is_default)
		line_remedy(lines, "if it is elsewhere, set KRB5_KTNAME for the program; else make it:");
	else
		line_remedy(lines, "correct its name, or make it:");
	make(lines, evidence, principal);
}

/* Each principal once, the first of them. */
static char *principals(const struct probe_keytab *keytab)
{
	struct list list = {0};
	char *all = NULL;

	for (size_t i = 0; i < keytab->count; i++)
		if (!list_has(&list, keytab->keys[i].principal) && list.count <= SHOWN)
			list_add(&list, keytab->keys[i].principal);
	for (size_t i = 0; i < list.count; i++) {
		char *before = all;

		all = before ? must_format("%s, %s", before, i < SHOWN ? list.items[i] : "...")
			     : must_strdup(list.items[0]);
		free(before);
	}
	list_free(&list);
	return all ? all : must_strdup("nobody");
}

static void check_permissions(struct lines *lines, const struct probe_file *file)
{
	char *word;

	if (!file->exists || !(file->mode & 037)) /* a group may read it: that is how services share one */
		return;
	word = line_word(file->path);
	line_is(lines, LINE_WARN);
	line_say(lines, "whoever reads it can be the service: mode %04o", (unsigned)file->mode);
	line_command(lines, "chmod o-rwx,g-wx %s", word);
	free(word);
}

static void check_content(struct lines *lines, const struct evidence *evidence, const char *principal)
{
	const struct probe_keytab *keytab = &evidence->keytab;
	char *all;
	uint32_t kvno = 0;

	if (!principal) {
		line_say(lines, "%s has %zu keys", keytab->name, keytab->count);
	} else if (probe_keytab_has(keytab, principal, &kvno)) {
		line_say(lines, "%s has keys of %s, kvno %u", keytab->name, principal, (unsigned)kvno);
		line_number(lines, "kvno", kvno);
	} else {
		all = principals(keytab);
		line_is(lines, LINE_FAIL);
		line_say(lines, "%s has no key of %s, but of %s", keytab->name, principal, all);
		line_remedy(lines, "let clients ask for one of those, or add the key:");
		words_ktadd(lines, evidence, principal);
		free(all);
	}
	check_permissions(lines, &keytab->file);
}

static void add_keys(struct lines *lines, const struct probe_keytab *keytab)
{
	for (size_t i = 0; i < keytab->count; i++) {
		char *enctype = words_enctype(keytab->keys[i].enctype);
		char *key = must_format("%s %u %s", keytab->keys[i].principal, (unsigned)keytab->keys[i].kvno,
					enctype);

		line_item(lines, "keys", key);
		free(key);
		free(enctype);
	}
}

void check_keytab(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_keytab *keytab = &evidence->keytab;
	char *principal = evidence_principal(evidence);

	line_begin(lines, "keytab");
	line_text(lines, "keytab", keytab->name);
	line_text(lines, "reason", probe_state_name(keytab->state));
	words_file(lines, &keytab->file);
	add_keys(lines, keytab);
	switch (keytab->state) {
	case PROBE_MISSING:
	case PROBE_EMPTY:
		say_missing(lines, evidence, principal);
		break;
	case PROBE_DENIED:
		line_is(lines, LINE_FAIL);
		words_denied(lines, &keytab->file);
		break;
	case PROBE_MALFORMED:
		if (words_irregular(lines, &keytab->file))
			break;
		line_is(lines, LINE_FAIL);
		line_say(lines, "%s makes no sense to libkrb5%s%s", keytab->name, keytab->text ? ": " : "",
			 keytab->text ? keytab->text : "");
		line_remedy(lines, "move it away and make it anew:");
		make(lines, evidence, principal);
		break;
	case PROBE_FAILED:
		line_is(lines, LINE_FAIL);
		line_say(lines, "%s: %s", keytab->name, keytab->text ? keytab->text : "it cannot be used");
		break;
	case PROBE_OK:
		check_content(lines, evidence, principal);
	}
	line_end(lines);
	free(principal);
}
