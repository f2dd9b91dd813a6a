/* SPDX-License-Identifier: MIT */
/*
 * What a trace says first: who runs, under which settings, with which libraries, and whose calls reach us.
 * And what it says of an object that calls for the first time and was not there then.
 */
#include "shim/core/process.h"

#include "shim/core/hello.h"
#include "shim/core/policy.h"
#include "shim/core/select.h"
#include "shim/core/snapshot.h"
#include "shim/loader/known.h"
#include "trace/writer.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

static void put_image(struct tr_draft *d, const struct tap_image *i)
{
	tr_put_text(d, TR_F_SONAME, i->soname);
	tr_put_text(d, TR_F_PATH, i->path);
	if (i->build_id_length)
		tr_put(d, TR_F_BUILD_ID, i->build_id, i->build_id_length);
	tr_put_u64(d, TR_F_BASE, i->start);
	tr_put_u64(d, TR_F_SIZE, i->end - i->start);
}

static void write_process(const struct tap_snapshot *all)
{
	static const char *const levels[] = TR_LEVEL_NAMES;
	struct tr_draft *d = tr_begin(TR_E_process);
	size_t room = 60000;
	struct utsname host;
	uint8_t *fields;

	if (!d)
		return;
	fields = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fields != MAP_FAILED) {
		d->fields = fields;
		d->size = room;
	}
	tr_put_text(d, TR_F_EXE, all->image[0].path[0] ? all->image[0].path : "?");
	tr_put_text(d, TR_F_COMMAND, tr_program);
	if (!uname(&host))
		tr_put_text(d, TR_F_HOST, host.nodename);
	tr_put_u32(d, TR_F_UID, (uint32_t)getuid());
	tr_put_u32(d, TR_F_PPID, (uint32_t)getppid());
	tr_put_fork(d);
	tr_put_text(d, TR_F_VERSION, "0.1.0");
	tr_put_text(d, TR_F_LEVEL, levels[tr_level]);
	tr_put_text(d, TR_F_SELECTED, *tap_selection ? tap_selection : NULL);
	if (*tap_bad_settings)
		tr_put_text(d, TR_F_BAD_SETTINGS, tap_bad_settings);
	tr_put_clock(d);
	tap_put_identity(d, all->count ? all->image[0].path : "");
	for (size_t i = 0; i < all->count && d->size - d->used > 700; i++) {
		size_t mark = tr_group_begin(d, TR_F_LIBRARIES);

		put_image(d, &all->image[i]);
		tr_group_end(d, mark);
	}
	tr_commit(d);
	if (fields != MAP_FAILED)
		munmap(fields, room);
}

static bool goes_past_us(const struct tap_image *image)
{
	unsigned past = 0;

	for (int family = 0; family < TR_FAMILIES; family++)
		past += image->family[family].elsewhere;
	return past;
}

/* One that was just being loaded when the snapshot was taken is looked at again. */
static void cover_settled(const struct tap_snapshot *all, const struct tap_image *image)
{
	struct tap_snapshot *again = NULL;

	if (goes_past_us(image))
		again = tap_snapshot(image->start);
	if (again)
		image = tap_image_at(again, image->start);
	if (image)
		tap_cover(again ? again : all, image);
	if (again)
		tap_snapshot_free(again);
}

/* One that is just being loaded is told of when it calls, by what its slots hold then. */
static void settle(struct tap_snapshot *all)
{
	bool entered = tap_known_enter();

	for (size_t i = 0; i < all->count; i++)
		all->image[i].unsettled = !entered || !tap_is_known(all->image[i].dynamic);
	if (entered)
		tap_known_leave();
}

static void tell_rest(struct tap_snapshot *all)
{
	tap_policy_event();
	settle(all);
	for (size_t i = 0; i < all->count; i++)
		if (!all->image[i].unsettled)
			cover_settled(all, &all->image[i]);
}

void tap_first_event(void)
{
	struct tap_snapshot *all = tap_snapshot(0);

	if (!all)
		return;
	write_process(all);
	if (tr_introduced())
		tell_rest(all);
	tap_snapshot_free(all);
}

static enum tr_family family_of_real(const struct tap_caller *caller, const void *real)
{
	for (unsigned id = 0; id < TAP_IDS; id++)
		if (caller->real[id] == real)
			return tap_family_of(id);
	return TR_FAMILY_gss;
}

static void announce(const struct tap_snapshot *all, const struct tap_caller *caller, void *real)
{
	const struct tap_image *image = tap_image_at(all, caller->start);
	enum tr_family family = family_of_real(caller, real);
	struct tr_draft *d = image ? tr_begin(TR_E_library) : NULL;

	if (d) {
		put_image(d, image);
		tr_commit(d);
	}
	if (!image)
		return;
	tap_cover(all, image);
	if (!image->family[family].ours && !image->family[family].unbound)
		tap_cover_pointer(image, tap_image_at(all, (uintptr_t)real), family);
}

/* An object that calls for the first time and was not there, or refers to nothing, when the trace began. */
void tap_announce(struct tap_caller *caller, void *real)
{
	struct tap_snapshot *all;
	int saved = errno;

	if (tr_confined || !tr_ready()) /* the first event announces all objects that are there */
		return;
	if (__atomic_exchange_n(&caller->announced, true, __ATOMIC_ACQ_REL))
		return;
	all = tap_snapshot(caller->start);
	if (all) {
		announce(all, caller, real);
		tap_snapshot_free(all);
	}
	errno = saved;
}
