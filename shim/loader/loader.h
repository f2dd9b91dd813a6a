/* SPDX-License-Identifier: MIT */
/* What the files of shim/loader/ share among themselves; what others use of it is in the headers beside it.
 */
#ifndef SHIM_LOADER_H
#define SHIM_LOADER_H

#include "shim/loader/callers.h"

#include <link.h>

/* look_up.c */
void *tap_from_global_scope(unsigned call, const char *version);
/* As dlsym finds it in the object and what it depends on. */
void *tap_from_own_scope(const struct link_map *map, unsigned call);

/* pointers.c */
struct tap_caller *tap_provider(uint32_t number); /* of the library that a stub stands for; NULL: none */
/* For code that refers to nothing and lies in no object that could say. */
void *tap_handed_out(unsigned call);
void tap_forget_handed_out(void);

/* bindings.c */
extern bool tap_dlopen_seen; /* there has been one: objects may be bound to what came later */
/* A reference of the caller's is bound to this function: its library stays while the caller does. */
void tap_bind(const struct tap_caller *caller, const void *function);
/* Lets go what is kept for callers that are gone. */
void tap_unbind(void);

/* newcomers.c */
void tap_dlopen_begins(bool deepbind);
void tap_dlopen_ended(void);
void tap_dlclose_ended(void);

#endif
