/* SPDX-License-Identifier: MIT */
/*
 * What was lost, by reason: counted in memory, and in slots that the preamble of the file has for it, whose
 * counts are rewritten in place. All but the counting itself is under the file's lock.
 */
#include "trace/limit.h"
#include "trace/writer_file.h"

#include <stdatomic.h>
#include <string.h>

static atomic_uint drops[TR_DROPS];
static uint32_t laid[TR_DROPS], told[TR_DROPS]; /* what of it stands in the preamble, and in the file */
static uint8_t *slots[TR_DROPS];		/* where the count of a reason stands in the preamble */

static const char *const reasons[TR_LOSSES] = {
	[TR_DROP_SPACE] = "no space: disk full, quota or file size limit",
	[TR_DROP_BUSY] = "a signal handler ran inside the recorder",
	[TR_DROP_FILE] = "the host closed the trace and it cannot be reopened",
	[TR_DROP_CUT] = "the trace was cut by somebody else while it was written",
	[TR_DROP_FILTER] = "a seccomp filter stops the recorder's system calls",
	[TR_DROP_OLD] = TR_LIMIT_REMOVED,
	[TR_DROP_SIZE] = "the event was larger than a packet may be",
	[TR_DROP_MEMORY] = "no memory: a limit of the process's address space, or the machine has no more",
	[TR_DROP_EARLY] = "it came before the trace could say who the process is",
	[TR_DROP_REMOVED] = "the trace was removed while it was written",
};

/* Takes the next free slot of the preamble for a reason not met before. */
static void begin_slot(enum tr_drop why, uint32_t count, uint32_t tid, uint64_t now)
{
	uint8_t *slot = tr_file.preamble + TR_PREAMBLE - TR_DROPS * TR_DROP_SLOT, fields[120];
	struct tr_draft d = {
		.head = {.version = TR_VERSION, .event = TR_E_dropped, .pid = tr_file.pid, .tid = tid},
		.time = now > tr_file.time ? now : tr_file.time,
		.comment = "events dropped",
		.comment_length = 14,
		.fields = fields,
		.size = sizeof(fields)};
	const uint32_t dropped = TR_BLOCK_EPB;

	for (int i = 0; i < TR_DROPS && !memcmp(slot, &dropped, 4); i++)
		slot += TR_DROP_SLOT;
	tr_put_u32(&d, TR_F_COUNT, count);
	tr_put_text(&d, TR_F_WHY, reasons[why]);
	tr_lay(slot, &d, tr_layout_of(&d), TR_DROP_SLOT);
	memcpy(slot, &dropped, sizeof(dropped));
	slots[why] = slot;
}

/* The count is the first field: 28 bytes of block head, 12 of the dissector's tag, ours, tr_head, tr_field.
 */
#define COUNT_AT (28 + 12 + 4 + sizeof(struct tr_head) + sizeof(struct tr_field))

static void lay(enum tr_drop why, uint32_t count, uint32_t tid, uint64_t now)
{
	if (!slots[why])
		begin_slot(why, count, tid, now);
	memcpy(slots[why] + COUNT_AT, &count, sizeof(count));
	laid[why] = count;
}

static bool write_slot(enum tr_drop why)
{
	return tr_file_put_at(slots[why], TR_DROP_SLOT, (uint64_t)(slots[why] - tr_file.preamble));
}

void tr_drop_lay_all(void)
{
	memset(slots, 0, sizeof(slots));
	memset(laid, 0, sizeof(laid));
	memset(told, 0, sizeof(told));
	for (int why = 0; why < TR_DROPS; why++) {
		uint32_t count = atomic_load(&drops[why]);

		if (count)
			lay((enum tr_drop)why, count, tr_file.pid, tr_file.time);
	}
}

void tr_drop_all_told(void)
{
	memcpy(told, laid, sizeof(told));
}

void tr_drop_move(uint8_t *preamble)
{
	memcpy(preamble, tr_file.preamble, TR_PREAMBLE);
	for (int why = 0; why < TR_DROPS; why++)
		if (slots[why])
			slots[why] = preamble + (slots[why] - tr_file.preamble);
	tr_file.preamble = preamble;
}

void tr_drop_add(enum tr_drop why, uint32_t count)
{
	atomic_fetch_add(&drops[why], count);
}

void tr_drop_hand_over(uint32_t lost[TR_DROPS], bool open)
{
	for (int why = 0; why < TR_DROPS; why++) {
		uint32_t count = lost[why] = atomic_exchange(&drops[why], 0);

		if (!count)
			continue;
		lay((enum tr_drop)why, count, tr_file.pid, tr_file.time);
		if (!open || !write_slot((enum tr_drop)why)) {
			lost[why] = 0;
			tr_drop_add((enum tr_drop)why, count);
		}
	}
}

void tr_drop_forget(void)
{
	for (int why = 0; why < TR_DROPS; why++)
		atomic_store(&drops[why], 0);
	memset(told, 0, sizeof(told));
}

bool tr_drop_elsewhere(enum tr_drop why, uint32_t count)
{
	return tr_on_lost && tr_on_lost(why, reasons[why], count);
}

/* The lock is held. What is counted and not told yet, in the trace or by those who count what none has. */
static void tell(enum tr_drop why, uint32_t tid, uint64_t now)
{
	int lost = tr_file_settle();
	bool in_tail = tr_file.preamble != tr_file.own_preamble && lost == TR_DROP_FILTER + 1;
	uint32_t count = atomic_load(&drops[why]);

	if (count == told[why])
		return;
	if (!lost || in_tail)
		lay(why, count, tid, now);
	if (in_tail || (!lost && write_slot(why)))
		told[why] = count;
	else if (tr_drop_elsewhere(why, count - told[why]))
		atomic_fetch_sub(&drops[why], count - told[why]);
}

void tr_drop_count(enum tr_drop why, uint32_t count, uint32_t tid, uint64_t now)
{
	if (!tr_file_is_open() && tr_drop_elsewhere(why, count))
		return;
	if (why >= TR_DROPS)
		return;
	tr_drop_add(why, count);
	/* The lock may be held by this very thread when a signal interrupted it: then the next drop, or the
	 * end, tells the count. */
	if (!tr_file_is_open() || !tr_file_try_lock())
		return;
	tell(why, tid, now);
	tr_file_unlock();
}

void tr_drops_finish(uint32_t tid, uint64_t now)
{
	tr_file_lock();
	tr_file_settle(); /* the last look: what was written since the one before may stand behind a hole */
	for (int why = 0; why < TR_DROPS; why++)
		if (atomic_load(&drops[why]) != told[why])
			tell((enum tr_drop)why, tid, now);
	if (tr_file_is_removed() && tr_drop_elsewhere(TR_DROP_REMOVED, tr_file.events))
		tr_file.events = 0;
	tr_file_unlock();
}
