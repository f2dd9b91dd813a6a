/* SPDX-License-Identifier: MIT */
/* The objects that call us. */
#ifndef SHIM_CALLERS_H
#define SHIM_CALLERS_H

#include "shim/loader/names.h"

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An object that calls us, with the real functions as they are found from its scope. Entries are made once,
 * never freed, and taken up again when something was unloaded.
 */
struct tap_caller {
	struct tap_caller *next;
	uintptr_t start, size; /* of the object in memory; size 0: code that belongs to no object */
	unsigned generation;   /* of tap_generation when real[] was filled */
	bool deepbind;	       /* loaded with RTLD_DEEPBIND: its own scope comes first */
	bool provider;	       /* stands for a library whose functions were handed out by dlsym */
	bool announced;	       /* in the trace */
	bool mechanism;	       /* a mechanism plugin: its calls are the library's own */
	uint8_t tells;	/* what it asks of libkrb5 tells of a handshake: 1 yes, 2 no, 0 not looked at */
	char name[192]; /* as the loader knows it; "" is the program itself */
	void *real[TAP_IDS];
};

extern unsigned tap_generation; /* counts dlclose: what was found before it may be gone */

struct tap_caller *tap_caller_of(const void *address);
/* This process's trace tells of no object yet. */
void tap_unannounce(void);
/* The entry of an object of which these values are known: it need not be there any more. */
struct tap_caller *tap_caller_at(uintptr_t start, uintptr_t size, const char *name);

/* For the files beside it. */
struct tap_caller *tap_new_caller(void);		      /* NULL without memory */
struct link_map *tap_map_of(const struct tap_caller *caller); /* to be used for code that is there to stay */
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

#endif
