/* SPDX-License-Identifier: MIT */
/*
 * Which calls reach us, told by what the objects' slots hold: of each object and each family of functions by
 * itself, since an object's zmq_ calls can reach us while its gss_ calls go past.
 */
#include "shim/core/snapshot.h"
#include "shim/loader/callers.h"
#include "trace/writer.h"

#include <string.h>

static void tell(const struct tap_image *image, const struct tap_image *library, enum tr_family family,
		 const char *how, bool reached)
{
	static const struct {
		const char *name;
		bool listed;
	} families[TR_FAMILIES] = {
#define FAMILY(name, prefix, listed) {#name, listed},
#include "trace/calls.def"
	};
	struct tr_draft *d = families[family].listed ? tr_begin(TR_E_coverage) : NULL;

	if (!d)
		return;
	tr_put_text(d, TR_F_OBJECT, image->path);
	tr_put_text(d, TR_F_FAMILY, families[family].name);
	if (library)
		tr_put_text(d, TR_F_LIBRARY, library->soname);
	tr_put_u32(d, TR_F_REACHED, reached);
	tr_put_text(d, TR_F_HOW, how);
	tr_commit(d);
}

static const struct tap_image *of_known(const struct tap_snapshot *snapshot, const struct tap_caller *caller,
					enum tr_family family)
{
	for (unsigned id = 0; caller && id < TAP_IDS; id++)
		if (caller->real[id] && tap_family_of(id) == family)
			return tap_image_at(snapshot, (uintptr_t)caller->real[id]);
	return NULL;
}

/* Where the calls end, as far as that can be told without asking the loader; NULL: there are several. */
static const struct tap_image *provider(const struct tap_snapshot *snapshot, const struct tap_image *image,
					const struct tap_caller *caller, enum tr_family family)
{
	const struct tap_image *found = of_known(snapshot, caller, family);

	if (found || image->provides[family])
		return found ? found : image;
	for (size_t i = 0; i < snapshot->count; i++) {
		if (!snapshot->image[i].provides[family])
			continue;
		if (found)
			return NULL;
		found = &snapshot->image[i];
	}
	return found;
}

void tap_cover(const struct tap_snapshot *snapshot, const struct tap_image *image)
{
	struct tap_caller *caller = NULL;

	for (int family = 0; family < TR_FAMILIES; family++) {
		const struct tap_bindings *b = &image->family[family];
		const struct tap_image *library;

		if (!b->ours && !b->elsewhere && !b->unbound)
			continue;
		if (!caller)
			caller = tap_caller_at(image->start, image->end - image->start,
					       image == snapshot->image ? "" : image->path);
		if (caller)
			__atomic_store_n(&caller->announced, true, __ATOMIC_RELEASE);
		library = b->ours || b->unbound ? provider(snapshot, image, caller, family)
						: tap_image_at(snapshot, b->past_us);
		if (b->elsewhere)
			tell(image, library, family,
			     b->ours || b->unbound ? "some calls are bound past us" : "bound past us", false);
		else
			tell(image, library, family,
			     caller && caller->deepbind ? "slots redirected" : "preload", true);
	}
}

void tap_cover_pointer(const struct tap_image *image, const struct tap_image *library, enum tr_family family)
{
	tell(image, library, family, "function pointer from dlsym", true);
}
