/* SPDX-License-Identifier: MIT */
/* See age.h, and "age.c" in context.h. */
#include "shim/gss/age.h"

#include "shim/core/judge.h"
#include "shim/gss/context.h"

#define SECOND_NS 1000000000u

bool tap_ages_count;

void tap_context_limit(struct context *c)
{
	uint32_t age = tap_max_age(&c->facts.pol);

	c->ends = age == UINT32_MAX ? 0 : c->usable + (uint64_t)age * SECOND_NS;
	if (c->ends)
		__atomic_store_n(&tap_ages_count, true, __ATOMIC_RELAXED);
}

void tap_context_usable(struct context *c)
{
	c->usable = tap_age_clock();
	tap_context_limit(c);
}

uint32_t tap_context_age(const struct context *c)
{
	uint64_t age = (tap_age_clock() - c->usable) / SECOND_NS;

	return c->usable && age < UINT32_MAX ? (uint32_t)age : UINT32_MAX;
}
