/* SPDX-License-Identifier: MIT */
/* The C library's own functions, past us. */
#ifndef SHIM_NEXT_H
#define SHIM_NEXT_H

extern void *(*tap_real_dlsym)(void *handle, const char *name);
extern void *(*tap_real_dlvsym)(void *handle, const char *name, const char *version);
extern void *(*tap_real_dlopen)(const char *file, int mode);
extern int (*tap_real_dlclose)(void *handle);
void tap_find_loader(void);
/* The next definition after us in the order of loading. */
void *tap_find_next(const char *name);

#endif
