/* SPDX-License-Identifier: MIT */
/* The dynamic loader's own functions, past us. */
#ifndef SHIM_DL_H
#define SHIM_DL_H

extern void *(*tap_real_dlsym)(void *handle, const char *name);
extern void *(*tap_real_dlvsym)(void *handle, const char *name, const char *version);
extern void *(*tap_real_dlopen)(const char *file, int mode);
extern int (*tap_real_dlclose)(void *handle);
void tap_find_loader(void);
/* Where the C library keeps what dlerror says (last_error.c). */
void tap_find_last_error(void);
/* The next definition after us in the order of loading. */
void *tap_find_next(const char *name);

#endif
