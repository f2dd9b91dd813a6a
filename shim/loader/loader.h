/* SPDX-License-Identifier: MIT */
/* What the files of shim/loader/ share among themselves; what others use of it is in the headers beside it.
 */
#ifndef SHIM_LOADER_H
#define SHIM_LOADER_H

#include "shim/loader/callers.h"

#include <link.h>

/* callers.c */
struct tap_caller *tap_new_caller(void); /* NULL without memory */
/* After something was unloaded: what was found for it and is gone is forgotten. */
void tap_renew_caller(struct tap_caller *caller);
/* What was found for a caller is to be looked up anew. */
void tap_forget_real(struct tap_caller *caller);
/* Of these functions, by call id, those that no longer are what their object defines under that name become
 * NULL. Waits for no constructor. */
void tap_drop_stale(void *functions[TAP_IDS]);
/* Around a dlclose. Until it is over nothing that is found out about a caller is relied on. */
void tap_unloading_begins(void);
void tap_unloading_ended(void);

/* real.c */
struct link_map *tap_map_of(const struct tap_caller *caller); /* to be used for code that is there to stay */
void *tap_from_global_scope(unsigned call, const char *version);

/* last_error.c: around look-ups of ours on a thread of the host's */
void *tap_last_error_aside(void);
void tap_last_error_back(void *kept);

/* pointers.c */
struct tap_caller *tap_provider(uint32_t number); /* of the library that a stub stands for; NULL: none */
/* For code that refers to nothing and lies in no object that could say. */
void *tap_handed_out(unsigned call);
void tap_forget_handed_out(void);

/* bindings.c */
/* A reference of the caller's is bound to this function: its library stays while the caller does. */
void tap_bind(const struct tap_caller *caller, const void *function);
/* Lets go what is kept for callers that are gone. */
void tap_unbind(void);

/* newcomers.c */
bool tap_dlopen_seen(void);
void tap_dlopen_begins(bool deepbind);
void tap_dlopen_ended(void);
void tap_dlclose_ended(void);

#endif
