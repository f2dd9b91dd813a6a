/* SPDX-License-Identifier: MIT */
/* The signal that begins a trace's next file. */
#ifndef SHIM_ROTATE_H
#define SHIM_ROTATE_H

/* Once, at start, where there is a trace whose limit asks for it. */
void tap_rotate_on_signal(void);

#endif
