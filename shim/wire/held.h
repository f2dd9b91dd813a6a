/* SPDX-License-Identifier: MIT */
/*
 * Which slots of each libzmq are held here, so that it can be seen at any time that they still are. A slot
 * that is bound at its first call may be lost again: a thread that was in the loader's resolver when it was
 * pointed stores the C library's function afterwards. Private to the room.
 */
#ifndef SHIM_WIRE_HELD_H
#define SHIM_WIRE_HELD_H

#include <stdbool.h>
#include <stdint.h>

struct wire_held {
	uintptr_t start, end; /* of the object */
	bool mixed;	      /* its sockets are not all libzmq's */
	unsigned count;
	struct {
		void **slot, *hook;
	} slots[208];
};

/* What was pointed in an object; one caller at a time. False: there is no room to know it. */
bool tap_wire_hold(const struct wire_held *held);
/* The object whose code this is; NULL: none of those. */
const struct wire_held *tap_wire_held_by(const void *code);
/* Whether all of them are what they were made. Those that are not are pointed again. */
bool tap_wire_is_whole(const struct wire_held *held);

#endif
