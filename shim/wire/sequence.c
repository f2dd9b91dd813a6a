/* SPDX-License-Identifier: MIT */
/* See sequence.h. */
#include "shim/wire/sequence.h"

#define WINDOW 64

/* Shifted by all of its width or more, a number is no number in C. */
static uint64_t moved(uint64_t came, uint64_t by)
{
	return by < WINDOW ? came << by : 0;
}

void tap_sequence_begin(struct sequence *s, uint64_t first, uint64_t received, OM_uint32 flags)
{
	*s = (struct sequence){.replay = flags & GSS_C_REPLAY_FLAG,
			       .order = flags & GSS_C_SEQUENCE_FLAG,
			       .base = first,
			       .next = received,
			       .came = ~moved(~(uint64_t)0, received)};
}

OM_uint32 tap_sequence_check(struct sequence *s, uint64_t number)
{
	uint64_t at = number - s->base, bit;

	if (!s->replay && !s->order)
		return GSS_S_COMPLETE;
	if (at >= s->next) {
		uint64_t skipped = at - s->next;

		s->came = moved(moved(s->came, skipped), 1) | 1;
		s->next = at + 1;
		return skipped && s->order ? GSS_S_GAP_TOKEN : GSS_S_COMPLETE;
	}
	if (s->next - at > WINDOW)
		return s->order ? GSS_S_UNSEQ_TOKEN : GSS_S_OLD_TOKEN;
	bit = (uint64_t)1 << (s->next - at - 1);
	if (s->replay && s->came & bit)
		return GSS_S_DUPLICATE_TOKEN;
	s->came |= bit;
	return s->order ? GSS_S_UNSEQ_TOKEN : GSS_S_COMPLETE;
}
