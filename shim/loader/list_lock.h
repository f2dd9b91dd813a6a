/* SPDX-License-Identifier: MIT */
/*
 * Is the loader's list locked for ever? In a child it is, when another thread of its parent's had it locked
 * at the fork. Who waits for it waits in vain; but nobody can change that list any more.
 */
#ifndef SHIM_LIST_LOCK_H
#define SHIM_LIST_LOCK_H

#include <stdbool.h>

void tap_find_list_lock(void);
/* Also where that cannot be told: then a child takes it to be so. */
bool tap_list_is_left(void);
/* This thread has it locked: the caller was called back by dl_iterate_phdr. */
bool tap_list_is_ours(void);

#endif
