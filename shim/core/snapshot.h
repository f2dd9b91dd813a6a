/* SPDX-License-Identifier: MIT */
/*
 * The objects of the process as they stood at one moment, for the trace: copies, since the loader may unload
 * any of them meanwhile.
 */
#ifndef SHIM_SNAPSHOT_H
#define SHIM_SNAPSHOT_H

#include "trace/writer.h"

#include <link.h>

#define TAP_SNAPSHOT_MOST 1024

/* How an object's references to one family of functions are bound. */
struct tap_bindings {
	unsigned ours, elsewhere, unbound;
	uintptr_t past_us; /* where one goes that is bound elsewhere */
};

struct tap_image {
	uintptr_t start, end;
	const ElfW(Dyn) * dynamic; /* to compare only */
	uint8_t build_id[32];
	size_t build_id_length;
	char soname[64], path[240];
	struct tap_bindings family[TR_FAMILIES];
	bool provides[TR_FAMILIES];
	bool unsettled; /* its slots may still be pointed at us */
};

struct tap_snapshot {
	size_t count;
	uintptr_t only; /* of the object at this address; 0: of all */
	struct tap_image image[TAP_SNAPSHOT_MOST];
};

/* NULL without memory. Waits for no constructor. */
struct tap_snapshot *tap_snapshot(uintptr_t only);
void tap_snapshot_free(struct tap_snapshot *snapshot);
/* The object that holds the address, or NULL. */
const struct tap_image *tap_image_at(const struct tap_snapshot *snapshot, uintptr_t address);

enum tr_family tap_family_of(unsigned call);

/*
 * arguments.c: of a command line, each argument ended by a NUL, what may be shown. now: what stands in its
 * place today: who writes over one may hide a secret.
 */
void tap_put_arguments(struct tr_draft *d, const char *exe, const char *arguments, size_t length,
		       const char *now, size_t now_length);
/* identity.c: the process's own command line as it stands now, of whole arguments, each ended by a NUL; its
 * length. whole: nothing of it is left out. */
size_t tap_command_line(char *out, size_t size, bool *whole);
/* identity.c: which process this is, and what an interpreter runs. Its arguments as they are at start, which
 * it may write over. */
void tap_keep_arguments(int argc, char *const *argv);
void tap_put_identity(struct tr_draft *d, const char *exe);

/* coverage.c: tells of each family of calls of an object whether they reach us. */
void tap_cover(const struct tap_snapshot *snapshot, const struct tap_image *image);
/* The same of an object that called, through a pointer that it was given. */
void tap_cover_pointer(const struct tap_image *image, const struct tap_image *library, enum tr_family family);

#endif
