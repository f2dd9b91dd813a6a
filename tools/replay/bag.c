/* SPDX-License-Identifier: MIT */
/* See bag.h. */
#include "tools/replay/bag.h"

#include "policy/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUMMED_FROM 9 /* as many names that are alike are made by a machine */

bool bag_add(struct bag *bag, struct model_text text, const struct replay_case *c)
{
	struct bag_item *item;
	struct model_key key;
	bool made;

	model_key_begin(&key);
	model_key_text(&key, text);
	item = model_node_get(&bag->items, &key, sizeof(*item), &made);
	model_key_end(&key);
	if (!item || (made && !model_text_set(&item->text, text)))
		return false;
	bag->count += made;
	item->kerberos |= c->is.kerberos;
	item->count += c->count;
	item->traces |= c->traces;
	return true;
}

static void release(void *entry)
{
	model_text_free(&((struct bag_item *)entry)->text);
}

void bag_free(struct bag *bag)
{
	model_list_free(&bag->items, release);
	*bag = (struct bag){0};
}

static void put_byte(struct out *out, char c, bool escape)
{
	if ((unsigned char)c < ' ' || (unsigned char)c > '~') {
		out_char(out, '?');
		return;
	}
	if (escape)
		out_char(out, '\\');
	if (c == '\'')
		out_char(out, c);
	out_char(out, c);
}

/*
 * Right behind :// a [ is an address's. A { means something where names are, and nothing in an endpoint. A
 * principal escapes as its pattern does: see policy/principal.c.
 */
static void put_escaped(struct out *out, struct model_text text, enum bag_style style)
{
	for (size_t i = 0; i < text.length; i++) {
		char c = text.at[i];
		bool address =
			style == BAG_ENDPOINT && c == '[' && i >= 3 && !memcmp(text.at + i - 3, "://", 3);

		if (style == BAG_PRINCIPAL && c == '\\' && i + 1 < text.length)
			put_byte(out, text.at[++i], true);
		else
			put_byte(out, c,
				 c && strchr(style == BAG_ENDPOINT ? "*?\\[" : "*?\\[{", c) && !address);
	}
}

void bag_quote(struct out *out, struct model_text text, enum bag_style style)
{
	out_char(out, '\'');
	put_escaped(out, text, style);
	out_char(out, '\'');
}

bool bag_is_policy(void (*put)(struct out *out, const void *what), const void *what)
{
	static struct out out;
	void *image = NULL;
	char *policy = NULL;
	size_t size = 0, length;
	FILE *file = open_memstream(&policy, &size);
	bool good;

	if (!file)
		return false;
	out_init(&out, file, false, false);
	out_str(&out, "version: 1\n");
	put(&out, what);
	out_flush(&out);
	fclose(file);
	good = policy && !pol_compile_text("probe", policy, size, &image, &length, NULL);
	free(image);
	free(policy);
	return good;
}

struct held {
	const char *before, *behind;
	struct model_text text;
	enum bag_style style;
};

static void put_held(struct out *out, const void *what)
{
	const struct held *held = what;

	out_str(out, held->before);
	bag_quote(out, held->text, held->style);
	out_str(out, held->behind);
}

bool bag_holds(const char *before, struct model_text text, enum bag_style style, const char *behind)
{
	return bag_is_policy(put_held, &(struct held){before, behind, text, style});
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void bag_comment(struct out *out, const struct replay *replay, uint64_t count, uint64_t traces)
{
	const char *between = ", in ";

	out_str(out, " # ");
	out_unsigned(out, count);
	out_str(out, count == 1 ? " time" : " times");
	for (size_t i = 0; i < replay->path_count && i < 63; i++) {
		if (!(traces >> i & 1))
			continue;
		out_str(out, between);
		out_words(out, (const uint8_t *)base(replay->paths[i]), strlen(base(replay->paths[i])));
		between = ", ";
	}
	out_char(out, '\n');
}

/* What is alike of names that differ in one part alone, which is from..to: a host's first label, a port. */
struct part {
	size_t from, to;
};

static bool host_part(struct model_text text, struct part *part)
{
	const char *slash = memchr(text.at, '/', text.length), *end = text.at + text.length;
	const char *dot = slash ? memchr(slash, '.', (size_t)(end - slash)) : NULL;

	if (!dot || dot == slash + 1 || memchr(slash + 1, '/', (size_t)(end - slash - 1)) ||
	    memchr(text.at, '\\', text.length))
		return false;
	*part = (struct part){(size_t)(slash + 1 - text.at), (size_t)(dot - text.at)};
	return true;
}

static bool port_part(struct model_text text, struct part *part)
{
	size_t from = text.length;

	while (from && text.at[from - 1] >= '0' && text.at[from - 1] <= '9')
		from--;
	if (from == text.length || !from || text.at[from - 1] != ':')
		return false;
	*part = (struct part){from, text.length};
	return true;
}

static bool part_of(struct model_text text, enum bag_style style, struct part *part)
{
	return style == BAG_ENDPOINT ? port_part(text, part) : host_part(text, part);
}

static bool alike(struct model_text a, struct part at, struct model_text b, struct part bt)
{
	return at.from == bt.from && a.length - at.to == b.length - bt.to && !memcmp(a.at, b.at, at.from) &&
	       !memcmp(a.at + at.to, b.at + bt.to, a.length - at.to);
}

struct listing {
	struct out *out;
	const struct replay *replay;
	const char *indent;
	enum bag_style style;
	struct bag_item **items;
	size_t count;
};

/* Names that are not Kerberos' are texts, and a \ in them is one. */
static enum bag_style style_of(const struct listing *l, const struct bag_item *item)
{
	return l->style == BAG_PRINCIPAL && !item->kerberos ? BAG_TEXT : l->style;
}

static void collect(void *entry, void *context)
{
	struct listing *l = context;

	l->items[l->count++] = entry;
}

/* One pattern for this one and all like it, where they are many. */
static bool sum_up(struct listing *l, size_t first)
{
	struct bag_item *item = l->items[first];
	uint64_t names = 0, count = 0, traces = 0;
	struct part part, other;

	if (!part_of(item->text, l->style, &part))
		return false;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = first; i < l->count; i++) {
			struct bag_item *each = l->items[i];

			if (!part_of(each->text, l->style, &other) ||
			    !alike(item->text, part, each->text, other))
				continue;
			each->summed |= pass;
			names += !pass;
			count += pass ? each->count : 0;
			traces |= each->traces;
		}
		if (names < SUMMED_FROM)
			return false;
	}
	out_str(l->out, l->indent);
	out_str(l->out, "# a pattern for ");
	out_unsigned(l->out, names);
	out_str(l->out, l->style == BAG_ENDPOINT ? " endpoints\n" : " names\n");
	out_str(l->out, l->indent);
	out_str(l->out, "- '");
	put_escaped(l->out, (struct model_text){item->text.at, part.from}, style_of(l, item));
	out_char(l->out, '*');
	put_escaped(l->out, (struct model_text){item->text.at + part.to, item->text.length - part.to},
		    style_of(l, item));
	out_char(l->out, '\'');
	bag_comment(l->out, l->replay, count, traces);
	return true;
}

void bag_list(struct out *out, const struct replay *replay, struct bag *bag, const char *indent,
	      enum bag_style style)
{
	struct listing l = {.out = out, .replay = replay, .indent = indent, .style = style};

	l.items = calloc(bag->count + 1, sizeof(struct bag_item *));
	if (!l.items)
		abort(); /* a tool without memory has nothing left to say */
	model_each(&bag->items, collect, &l);
	for (size_t i = 0; i < l.count; i++) {
		if (l.items[i]->summed || sum_up(&l, i))
			continue;
		out_str(out, indent);
		out_str(out, "- ");
		bag_quote(out, l.items[i]->text, style_of(&l, l.items[i]));
		bag_comment(out, replay, l.items[i]->count, l.items[i]->traces);
	}
	free(l.items);
}
