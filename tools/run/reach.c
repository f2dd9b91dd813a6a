/* SPDX-License-Identifier: MIT */
/*
 * Compares what a policy asks for with what can be reached. What is not known counts as not reached: this
 * policy is to be enforced.
 */
#include "tools/run/reach.h"

#include "policy/policy.h"
#include "tools/base/tool.h"
#include "tools/elf/gap.h"

#include <stdlib.h>

static const struct family {
	unsigned bit;
	const char *name, *shared; /* what a program is to be linked to instead */
} families[] = {
	{POL_FAMILY_GSS, "gss", "libgssapi_krb5.so"},
	{POL_FAMILY_ZMQ, "zmq", "libzmq.so"},
};
#define COUNT (sizeof(families) / sizeof(*families))

/* Says what of a family is out of reach in the tree; returns in how many objects that was so. Connections
 * that can be judged by address are not, where that is enough. */
static unsigned tell(const struct elf_tree *tree, const char *program, const struct family *family,
		     bool by_address)
{
	unsigned found = 0;

	for (size_t n = 0; n < tree->count; n++) {
		struct elf_gap gap;
		char *words;

		if (!tree->nodes[n].object)
			continue;
		gap = elf_gap_find(tree, n, family->name);
		if (gap.kind == ELF_GAP_NONE)
			continue;
		words = elf_gap_words(tree, n, family->name, &gap);
		tool_error("%s: %s", program, words);
		free(words);
		found += !by_address || !elf_gap_by_address(tree, n);
	}
	return found;
}

static void refuse(const char *program, const struct family *family)
{
	tool_error("%s is not started: the policy has rules for %s_ calls and is to be enforced, and not all "
		   "of these "
		   "calls can be reached: link it to the shared %s, run it under a policy without such "
		   "rules, or with "
		   "'mode: audit'",
		   program, family->name, family->shared);
}

int run_reach_check(const struct run_scope *scope, const char *program, const struct run_policy *policy)
{
	int status = 0;

	if (!scope->known)
		return 0; /* whoever executes it will say so */
	for (size_t i = 0; i < COUNT; i++) {
		bool by_address = policy->by_address && families[i].bit == POL_FAMILY_ZMQ;

		if (!(policy->families & families[i].bit) ||
		    !tell(&scope->tree, program, &families[i], by_address))
			continue;
		refuse(program, &families[i]);
		status = TOOL_SELF;
	}
	if (!status && scope->tree.cut && policy->families) {
		tool_error("%s is not started: it has too many libraries to tell whether the calls that the "
			   "policy has "
			   "rules for can be reached, and the policy is to be enforced",
			   program);
		status = TOOL_SELF;
	}
	return status;
}

unsigned run_reach_tell(const struct run_scope *scope, const char *program)
{
	unsigned found = 0;

	for (size_t i = 0; scope->known && i < COUNT; i++)
		found += tell(&scope->tree, program, &families[i], false);
	return found;
}
