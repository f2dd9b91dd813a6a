/* SPDX-License-Identifier: MIT */
/* libzmq's own slots, and which of its descriptors are for a secured endpoint. Private to the room. */
#ifndef SHIM_WIRE_SLOTS_H
#define SHIM_WIRE_SLOTS_H

#include "shim/wire/tie.h"

#include <link.h>
#include <sys/socket.h>

/* --- slots.c */
/* Around a zmq_bind of this thread's. The second says whether there was a listener for it; if the bind has
 * failed there is none any more. */
void tap_wire_binding(struct tap_tie *tie);
bool tap_wire_was_bound(bool failed);
/* Between these: it is this descriptor, which the program has made. False: it does not listen. */
bool tap_wire_listens(int fd);
/* The hooks of what was tied, or refused. */
int tap_wire_connect(int fd, const struct sockaddr *address, socklen_t length);
int tap_wire_accept(int fd, struct sockaddr *address, socklen_t *length);
/* Accepts who is next, and closes it: -1, with an errno that libzmq lives with. */
int tap_wire_turn_away(int fd);
int tap_wire_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

/* A list of them ends without a name. */
struct tap_hook {
	const char *name;
	void *hook;
	bool needed; /* a library that does not call it is none of libzmq's */
};
/* What each library gets. */
extern const struct tap_hook tap_wire_hooks[];

/* --- enter.c */
/* Points the slots of the libzmq that holds this function at ours, and looks that they are. False, with the
 * reason: a byte might pass beside us. */
bool tap_wire_enter(const void *zmq_function, char *reason, size_t size);
/*
 * What those objects get of which is_theirs says so, besides or instead of these. Other ways for bytes may be
 * anybody's there, and are no reason to refuse the object.
 */
void tap_wire_hook_more(bool (*is_theirs)(const ElfW(Dyn) * dynamic), const struct tap_hook *hooks);

#endif
