/* SPDX-License-Identifier: MIT */
/*
 * Would the kernel start a file with AT_SECURE for whoever asks? Then the dynamic loader ignores LD_PRELOAD.
 */
#ifndef TOOLS_ELF_SECURE_H
#define TOOLS_ELF_SECURE_H

#include <stdbool.h>

struct elf_secure {
	bool secure;	     /* for the user who runs this, now */
	bool setuid, setgid; /* the bits, whoever runs it */
	bool capabilities;   /* the file has some */
	bool nosuid;	     /* the file system is mounted so: none of these counts */
	bool no_new_privs;   /* set for this process: the bits do not count, but capabilities do */
};

/*
 * Computed as the kernel does (security/commoncap.c, fs/exec.c). What a security module adds (SELinux and
 * AppArmor transitions) cannot be seen from here. A file that is not there: all false.
 */
struct elf_secure elf_secure_check(const char *path);

#endif
