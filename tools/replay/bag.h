/* SPDX-License-Identifier: MIT */
/* Texts with how often and in which traces each was seen, and as a policy can have them. */
#ifndef TOOLS_REPLAY_BAG_H
#define TOOLS_REPLAY_BAG_H

#include "tools/out/out.h"
#include "tools/replay/case.h"

struct bag_item {
	struct model_node node;
	struct model_text text;
	uint64_t count, traces;
	bool summed;   /* a pattern stands for it */
	bool kerberos; /* it is a principal */
};

/* What a pattern is compared with. */
enum bag_style { BAG_TEXT, BAG_ENDPOINT, BAG_PRINCIPAL };

struct bag {
	struct model_list items;
	size_t count;
};

/* False: no memory. */
bool bag_add(struct bag *bag, struct model_text text, const struct replay_case *c);
void bag_free(struct bag *bag);

/* A pattern that matches this text alone, in quotes of YAML; what no policy can hold is a ? in it. */
void bag_quote(struct out *out, struct model_text text, enum bag_style style);
/* Is what this puts, behind its version, a policy? */
bool bag_is_policy(void (*put)(struct out *out, const void *what), const void *what);
/* Can a policy hold it there: a policy's text up to the value, and behind it? */
bool bag_holds(const char *before, struct model_text text, enum bag_style style, const char *behind);
/* " # 12 times, in a.pcapng, b.pcapng" and the end of the line. */
void bag_comment(struct out *out, const struct replay *replay, uint64_t count, uint64_t traces);
/* The items of a YAML list, each on a line of its own. More than 8 names that differ in a host's name, or
 * endpoints that differ in a port, are one pattern. */
void bag_list(struct out *out, const struct replay *replay, struct bag *bag, const char *indent,
	      enum bag_style style);

#endif
