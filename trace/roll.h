/* SPDX-License-Identifier: MIT */
/*
 * The roll of a process tree: a file that gsstap run makes and every process below it maps. Each says there
 * which program it is about to execute, and the shim in that program answers; who was executed and never
 * answered ran unobserved. And what it does that no trace can tell is counted there. It is memory, so that an
 * entry costs no system call and arrives from a child of vfork, from a sandbox that no longer reaches the
 * file, and beyond any limit of file sizes.
 *
 * An entry is written by who added its length to `used`, and counts once its mark, stored last, is there.
 */
#ifndef TR_ROLL_H
#define TR_ROLL_H

#include <stdint.h>

#define TR_ROLL_SUFFIX ".roll" /* behind the path of the hello file */
#define TR_ROLL_MAGIC "gsstapR1"
#define TR_ROLL_MARK 0x67737470u
#define TR_ROLL_ALIGN 16u

struct tr_roll {
	char magic[8];
	uint64_t size; /* of the file */
	uint64_t used; /* bytes taken, this head included; more than size: some found no room */
	uint64_t unused;
};

enum tr_roll_kind {
	TR_ROLL_HERE = 1, /* pid: the shim came up */
	TR_ROLL_EXEC,	  /* pid is about to execute path */
	TR_ROLL_FAILED,	  /* pid could not, and goes on */
	TR_ROLL_SPAWNED,  /* pid was made by somebody and executes path; this may come after its answer */
	TR_ROLL_SHELL,	  /* pid has the C library start path, without the shim */
	TR_ROLL_LOSS,	  /* of pid no trace tells this: struct tr_roll_loss follows */
	TR_ROLL_UNDONE,	  /* what was told here did not come about */
};

enum tr_roll_flag {
	TR_ROLL_LOST = 1,     /* with an environment that does not bring the shim */
	TR_ROLL_SECURE = 2,   /* it gains privileges: nothing was put back */
	TR_ROLL_NO_SHIM = 4,  /* the shim's file is not reached from there */
	TR_ROLL_NO_HELLO = 8, /* the run's directory is not reached from there */
};

struct tr_roll_entry {
	uint32_t mark;
	uint32_t length; /* of the entry, a multiple of TR_ROLL_ALIGN */
	uint32_t pid;
	uint16_t kind, flags;
	char path[]; /* terminated, or nothing */
};

/* Behind the entry, and written on while the process lives. */
struct tr_roll_loss {
	uint32_t parent; /* 0: not known */
	uint32_t unused;
	uint64_t lost; /* events */
	char reason[]; /* terminated */
};

#endif
