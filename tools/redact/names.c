/* SPDX-License-Identifier: MIT */
/* See names.h. The table holds what was seen, another one what was given away, so that no two become one. */
#include "tools/redact/names.h"

#include "tools/base/table.h"
#include "tools/redact/invent.h"
#include "tools/redact/letters.h"
#include "tools/redact/words.h"
#include "trace/siphash.h"
#include "trace/unconst.h"

#include <stdlib.h>
#include <sys/random.h>

#define TRIES 200 /* of what has so few values that all may be taken: then two names become one */

struct text {
	const char *at;
	size_t length;
};

struct name {
	struct table_entry entry, taken_entry;
	struct text from, to;
	enum names_use use; /* the most that was seen of it; of the system's it is kept */
	char room[];
};

struct names {
	struct table known, taken;
	size_t replaced;
	uint64_t key[2];
};

struct names *names_new(void)
{
	struct names *names = calloc(1, sizeof(*names));

	if (names && getrandom(names->key, sizeof(names->key), 0) != sizeof(names->key)) {
		free(names);
		return NULL;
	}
	return names;
}

static void release(struct table_entry *entry)
{
	free(entry);
}

static void leave(struct table_entry *entry)
{
	(void)entry;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	table_free(&names->taken, leave);
	table_free(&names->known, release);
	free(names);
}

static bool same_text(struct text one, struct text other)
{
	return one.length == other.length && !memcmp(one.at, other.at, one.length);
}

static bool same_name(const struct table_entry *entry, const void *key)
{
	return same_text(((const struct name *)entry)->from, *(const struct text *)key);
}

static bool same_taken(const struct table_entry *entry, const void *key)
{
	const char *name = (const char *)entry - offsetof(struct name, taken_entry);

	return same_text(((const struct name *)name)->to, *(const struct text *)key);
}

static struct name *find(const struct names *names, struct text word)
{
	return table_find(&names->known, table_hash(word.at, word.length), same_name, &word);
}

/* Neither what it is, nor what another one became, nor what means something. */
static bool will_do(const struct names *names, const struct name *name)
{
	return !same_text(name->from, name->to) && !words_known(name->to.at, name->to.length) &&
	       !table_find(&names->taken, table_hash(name->to.at, name->to.length), same_taken, &name->to);
}

static bool invent(struct names *names, struct name *name)
{
	for (int i = 0; i < TRIES; i++) {
		invent_word(name->from.at, name->from.length, name->room + name->from.length);
		if (will_do(names, name))
			break;
	}
	names->replaced++;
	return table_add(&names->taken, &name->taken_entry, table_hash(name->to.at, name->to.length));
}

static struct name *add(struct names *names, struct text word, enum names_use use)
{
	struct name *name = malloc(sizeof(*name) + 2 * word.length);

	if (!name)
		return NULL;
	memcpy(name->room, word.at, word.length);
	memcpy(name->room + word.length, word.at, word.length);
	name->from = (struct text){name->room, word.length};
	name->to = (struct text){name->room + word.length, word.length};
	name->use = use;
	if (!table_add(&names->known, &name->entry, table_hash(word.at, word.length))) {
		free(name);
		return NULL;
	}
	return use == NAMES_SYSTEM || invent(names, name) ? name : NULL;
}

/* Folded, on the heap. */
static struct text word_of(const uint8_t *at, size_t length)
{
	char *word = malloc(2 * length + 1);

	return (struct text){word, word ? letters_fold(at, length, word) : 0};
}

/*
 * What a program is called may be met before its path is. But a part of the system's paths may well be called
 * as somebody is: then the name is what counts.
 */
static struct name *learn(struct names *names, enum names_use use, struct text word)
{
	struct name *name = find(names, word);

	if (!name)
		return add(names, word, use);
	if (use <= name->use)
		return name;
	if (use == NAMES_SYSTEM) {
		table_remove(&names->taken, &name->taken_entry);
		memcpy(name->room + name->from.length, name->from.at, word.length);
		names->replaced--;
	} else if (name->use == NAMES_SYSTEM && !invent(names, name)) {
		return NULL;
	}
	name->use = use;
	return name;
}

bool names_replace(struct names *names, enum names_use use, const uint8_t *at, size_t length, uint8_t *to)
{
	struct text word = word_of(at, length);
	const struct name *name;

	if (!word.at)
		return false;
	if (words_known(word.at, word.length)) {
		memcpy(to, at, length);
		free(TR_UNCONST(word.at));
		return true;
	}
	name = learn(names, use, word);
	if (name && name->use == NAMES_SYSTEM)
		memcpy(to, at, length);
	else if (name)
		letters_unfold(name->to.at, name->to.length, at, length, to);
	free(TR_UNCONST(word.at));
	return name;
}

bool names_hold(const struct names *names, const uint8_t *at, size_t length)
{
	struct text word = word_of(at, length);
	const struct name *name = word.at ? find(names, word) : NULL;

	free(TR_UNCONST(word.at));
	return name && name->use != NAMES_SYSTEM;
}

size_t names_count(const struct names *names)
{
	return names->replaced;
}

void names_hash(const struct names *names, uint8_t hash[16])
{
	static const uint8_t none[16];

	if (memcmp(hash, none, sizeof(none)))
		tr_siphash(names->key, hash, hash);
}
