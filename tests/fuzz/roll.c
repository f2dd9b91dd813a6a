/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the roll of a process tree, which every program of the tree can write to. The seeds: a roll of
 * a run with escapes of each kind, one that is full, one whose writers were killed at it.
 */
#include "tools/run/roll_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct roll_seen seen = {0};
	void *bytes;

	if (size < sizeof(struct tr_roll))
		return 0;
	bytes = malloc(size); /* so that its end is an end */
	memcpy(bytes, data, size);
	roll_read(&seen, bytes, size, 4711);
	for (size_t i = 0; i < seen.names; i++)
		if (!seen.named[i]->count ||
		    strlen(seen.named[i]->entry->path) >= seen.named[i]->entry->length)
			abort();
	if (seen.names > ROLL_NAMED || seen.names + seen.more > seen.all)
		abort();
	roll_seen_free(&seen);
	free(bytes);
	return 0;
}
