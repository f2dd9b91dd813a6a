/* SPDX-License-Identifier: MIT */
/* The objects that call us. */
#ifndef SHIM_CALLERS_H
#define SHIM_CALLERS_H

#include "shim/loader/names.h"

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
	bool repaired;	       /* a libzmq whose inside is watched: shim/repair/inside.c */
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

#endif
