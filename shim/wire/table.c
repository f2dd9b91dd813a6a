/* SPDX-License-Identifier: MIT */
/* Connections by descriptor: see connection.h. */
#include "shim/wire/connection.h"

#include "shim/core/spare.h"
#include "shim/wire/wire.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FD_BITS 20 /* as far as the kernel counts by default */
#define CHUNK_BITS 12

static struct wire_place *chunks[1 << (FD_BITS - CHUNK_BITS)];
static struct tap_spares spares = {.size = sizeof(struct wire)};
unsigned tap_wires_going;

static struct wire_place *new_chunk(struct wire_place **place)
{
	size_t size = sizeof(struct wire_place) << CHUNK_BITS;
	void *room =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct wire_place *there = NULL;

	if (room == MAP_FAILED)
		return NULL;
	if (__atomic_compare_exchange_n(place, &there, room, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return room;
	munmap(room, size);
	return there;
}

struct wire_place *tap_wire_place(int fd)
{
	struct wire_place **place, *chunk;

	if (fd < 0 || fd >> FD_BITS)
		return NULL;
	place = &chunks[fd >> CHUNK_BITS];
	chunk = __atomic_load_n(place, __ATOMIC_ACQUIRE);
	if (__builtin_expect(!chunk, 0))
		chunk = new_chunk(place);
	return chunk ? &chunk[fd & ((1 << CHUNK_BITS) - 1)] : NULL;
}

void tap_wire_tie(struct wire_place *place, struct tap_tie *tie)
{
	tap_tie_refer(tie);
	tap_tie_drop(atomic_exchange(&place->tie, tie));
}

static void free_wire(struct wire *wire)
{
	struct tap_tie *tie = wire->tie;

	tap_wire_early_over(wire);
	if (wire->going)
		__atomic_sub_fetch(&tap_wires_going, 1, __ATOMIC_RELAXED);
	if (wire->sealed)
		tap_seal_end(&wire->seal);
	tap_wire_gss_delete(wire);
	tap_wire_drop(&wire->token);
	tap_wire_drop(&wire->in);
	tap_wire_drop(&wire->plain);
	tap_wire_drop(&wire->part);
	tap_wire_drop(&wire->out);
	tap_wire_drop(&wire->granted);
	tap_wire_drop(&wire->called);
	tap_spare_give(&spares, wire);
	tap_tie_drop(tie);
}

void tap_wire_leave(struct wire *wire)
{
	bool last = !wire->references;
	int saved = errno;

	tap_unlock(&wire->lock);
	if (last)
		free_wire(wire);
	errno = saved;
}

void tap_wire_release(struct wire *wire)
{
	wire->references--;
	tap_wire_leave(wire);
}

/*
 * Without a lock of the table: it is on the way of each call of libzmq's, a descriptor has one thread, and a
 * structure is one for good, so that who comes late finds that it is not the descriptor's any more.
 */
struct wire *tap_wire_take(int fd)
{
	struct wire_place *place = tap_wire_place(fd);
	struct wire *wire = place ? __atomic_load_n(&place->wire, __ATOMIC_ACQUIRE) : NULL;

	if (!wire)
		return NULL;
	/* Not to get it would be to go beside it. libzmq's threads take no signals. */
	while (!tap_lock(&wire->lock))
		;
	if (__builtin_expect(__atomic_load_n(&place->wire, __ATOMIC_ACQUIRE) == wire, 1))
		return wire;
	tap_unlock(&wire->lock);
	return NULL;
}

struct wire *tap_wire_next(int *fd, bool *passed_over)
{
	while (*fd < 1 << FD_BITS) {
		struct wire_place *chunk = __atomic_load_n(&chunks[*fd >> CHUNK_BITS], __ATOMIC_ACQUIRE),
				  *place;
		struct wire *wire;

		if (!chunk) {
			*fd += 1 << CHUNK_BITS;
			continue;
		}
		place = &chunk[(*fd)++ & ((1 << CHUNK_BITS) - 1)];
		wire = __atomic_load_n(&place->wire, __ATOMIC_ACQUIRE);
		/*
		 * The process may end in a signal handler, above who has it locked; and at exit an I/O thread
		 * stays where it was about to go among the libraries (abroad.c), with what it has locked.
		 */
		if (!wire || wire->process != tap_lineage())
			continue;
		if (!tap_lock_soon(&wire->lock)) {
			*passed_over = true;
			continue;
		}
		if (__atomic_load_n(&place->wire, __ATOMIC_ACQUIRE) == wire)
			return wire;
		tap_unlock(&wire->lock);
	}
	return NULL;
}

/* Where the kernel gives sockets no number of their own, that of the inode. */
static uint64_t identity(int fd)
{
	uint64_t cookie = 0;
	socklen_t length = sizeof(cookie);
	struct stat status;

	if (!getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length))
		return cookie;
	return errno != ENOPROTOOPT || fstat(fd, &status) ? 0 : status.st_ino;
}

void tap_wire_know(int fd)
{
	struct wire_place *place = tap_wire_place(fd);
	int saved = errno;

	if (place)
		place->identity = identity(fd);
	errno = saved;
}

bool tap_wire_is_another(int fd)
{
	const struct wire_place *place = tap_wire_place(fd);
	int saved = errno;
	bool another = place && place->identity && tap_ties_exist() && identity(fd) != place->identity;

	errno = saved;
	return another;
}

bool tap_wire_is_stale(const struct wire *wire)
{
	return wire->tie->unseen && identity(wire->fd) != wire->identity;
}

struct wire *tap_wire_new(int fd, struct tap_tie *tie)
{
	struct wire_place *place = tap_wire_place(fd);
	struct wire *wire;

	if (!place)
		return NULL;
	tap_wire_gone(fd);
	wire = tap_spare_take(&spares);
	if (!wire)
		return NULL;
	wire->fd = fd;
	wire->process = tap_lineage();
	wire->tie = tap_tie_refer(tie);
	wire->server = tie->server;
	wire->identity = tie->unseen ? identity(fd) : 0;
	wire->references = 1;
	wire->begun = tr_now();
	wire->choice = tie->decides || tie->server ? WIRE_UNDECIDED : WIRE_GSSAPI;
	__atomic_store_n(&place->wire, wire, __ATOMIC_RELEASE);
	return wire;
}

void tap_wire_gone(int fd)
{
	struct wire_place *place = tap_wire_place(fd);
	struct wire *wire = place ? __atomic_exchange_n(&place->wire, NULL, __ATOMIC_ACQ_REL) : NULL;

	if (!wire)
		return;
	while (!tap_lock(&wire->lock))
		;
	wire->closed = true;
	tap_wire_release(wire);
}
