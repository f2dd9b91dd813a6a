/* SPDX-License-Identifier: MIT */
/* Slots of global offset tables. */
#ifndef SHIM_NEWCOMERS_H
#define SHIM_NEWCOMERS_H

/* Makes a slot of somebody's global offset table hold another function. */
void tap_point_slot(void **slot, void *to);

#endif
