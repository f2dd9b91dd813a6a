/* SPDX-License-Identifier: MIT */
/*
 * Programs that are executed: no one escapes unseen.
 *
 * What is executed with an environment that no longer brings the shim, or its settings, is recorded, and a
 * program of Kerberos that will ignore its environment; where an enforced policy or GSSTAP_FOLLOW_EXEC asks
 * for it, what is missing is put back. All of this runs in signal handlers, on small stacks and in children
 * of fork and vfork: no lock, no heap, nothing large on the stack, and nothing left behind in memory but what
 * was recorded, an environment too large for the stack, and whether there was a filter before us. The host's
 * own environment is never changed.
 */
#ifndef SHIM_EXEC_H
#define SHIM_EXEC_H

#include "trace/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum tap_exec_id {
#define EXEC(name) TAP_EXEC_##name,
#include "shim/exec/exec.def"
#undef EXEC
	TAP_EXECS
};

/* One program about to be executed. */
struct tap_exec {
	const char *function; /* that the host called */
	const char *path;     /* as the host gave it */
	int fd;		      /* AT_FDCWD, a directory or a program */
	bool or_itself;	      /* an empty path means that one; */
	bool itself;	      /* it does, and it is empty: tap_exec_may_be */
	bool search;	      /* along PATH */
	unsigned missing;     /* bits of what its environment lacks; 0: it brings us */
	unsigned put;	      /* bits of what the other environment gets */
	bool restored;	      /* ... and what was missing is put back */
	bool secure;	      /* it gains privileges, and ignores its environment: nothing is put back */
	bool elsewhere;	      /* it answers another gsstap run */
	bool recorded;	      /* an event tells of it */
	long (*kernel)(long number, ...); /* by syscall(2): that is asked, and no other preload's function */
	struct tr_roll_entry *told;	  /* in the roll, of a shell; NULL: not */
	size_t count;			  /* of its environment */
	const char *preload;		  /* the LD_PRELOAD it has; NULL: none */
	/* Of the program, from tap_exec_find to tap_exec_forget. */
	const char *where;	    /* its path, absolute where that can be known */
	const char *name;	    /* by which system calls reach it from fd */
	bool absent;		    /* it is not there, or no program: to execute it fails */
	struct tap_exec_room *room; /* what they are in; NULL: there is none */
	char link[32];		    /* ... or here */
};

/* Bytes in one argument, or variable, with its end: MAX_ARG_STRLEN. */
#define TAP_ARGUMENT_MOST 131072

/* Was anything asked for when the process began? If not, a wrapper calls the real function and nothing else.
 */
extern bool tap_exec_asked;

/* The real function, or NULL where the C library has none. */
void *tap_exec_real(enum tap_exec_id id);
#define TAP_EXEC_REAL(name) ((__typeof__(&name))tap_exec_real(TAP_EXEC_##name))
/* By syscall(2), which is `kernel`: what was given it for SYS_execve or SYS_execveat. */
int tap_exec_by_number(long (*kernel)(long number, ...), long number, const long given[5]);
/* pointer.c: a name's row, or -1; and what dlsym should answer to `from` where it found `there`. `next`: the
 * one that our wrapper calls. */
int tap_exec_row(const char *name);
void *tap_exec_pointer(int row, void *there, void *next, const void *from);

/* map.c */
/* Pages for what is too large for a stack; NULL: there are none. */
void *tap_exec_map(size_t size);

/* given.c */
/* Can the kernel take it? What it cannot, by a pointer that leads nowhere or for its length, is not executed,
 * and it is the kernel that says so. */
bool tap_exec_may_be(struct tap_exec *e, char *const *envp);
bool tap_exec_may_be_command(const char *command);
/* Does the C library look for it along PATH? */
bool tap_exec_is_searched(const struct tap_exec *e);

/* settings.c */
/* The filter that this process is under: told to each program that it executes, before that makes any call.
 */
enum tap_exec_filter {
	TAP_FILTER_NONE,
	TAP_FILTER_KILLS,	 /* for what the recorder asks of the kernel */
	TAP_FILTER_KILLS_GETPID, /* ... and for getpid */
};
extern enum tap_exec_filter tap_exec_filter;
/* As our own environment tells it. */
void tap_exec_filter_from(const char *value);
/* Copies what brings us into a child; once, at start. */
void tap_exec_start(void);
/* Would it bring us? Returns 0 when it is to be executed as it is, else the room for another environment. */
size_t tap_exec_look(struct tap_exec *e, char *const *envp);
size_t tap_exec_room(const struct tap_exec *e);
/* The other environment, made in that room. */
char **tap_exec_fill(const struct tap_exec *e, char *const *envp, void *room);
/* A policy is enforced: what cannot be put back is not executed. */
bool tap_exec_must(void);
/* Names of what is missing, into out. */
void tap_exec_missing(const struct tap_exec *e, char *out, size_t size);

/* preload.c: the value of LD_PRELOAD */
void tap_preload_is(const char *path); /* by whatever name we were loaded */
/* Where the entry that is us begins; NULL: there is none. */
const char *tap_preload_us(const char *value);
/* The length of what brings us: what is before us, we, and a libzmq that was put in another one's place. */
size_t tap_preload_part(const char *value, const char *us);
/* Ours where it has to be in theirs (or NULL): behind the runtimes at their front, before all else. At most
 * two bytes longer than both. */
void tap_preload_compose(const char *ours, const char *theirs, char *out);

/* script.c */
/* A command for the shell that puts back what is missing and is this one then; NULL: there is no room. */
char *tap_exec_script(const struct tap_exec *e, const char *command, size_t *size);

/* target.c */
/* Finds the program that will be executed, in pages of its own: to be forgotten before it is, or a parent of
 * vfork would keep them. */
void tap_exec_find(struct tap_exec *e);
void tap_exec_forget(struct tap_exec *e);
/* Is it a program that names a library of GSSAPI or Kerberos? */
bool tap_exec_is_kerberos(const struct tap_exec *e);

/* secure.c */
/* Will it run with AT_SECURE, so that its loader takes no preload? */
bool tap_exec_is_secure(const struct tap_exec *e);

/* tell.c */
/* Records what runs without us, and calls the roll; pid 0: ourselves, before it; else a child that is there.
 */
void tap_exec_record(struct tap_exec *e);
void tap_exec_tell(const struct tap_exec *e, pid_t pid);
/* The C library starts a shell of its own, whose pid nobody learns. */
void tap_exec_tell_shell(struct tap_exec *e);
/* After that: it could not. */
void tap_exec_shell_failed(struct tap_exec *e, int error);
/* After what was told: it failed with this. */
void tap_exec_failed(struct tap_exec *e, int error);
/* Is this a child of vfork, whose memory is its parent's? */
bool tap_exec_is_lent(void);
/* An event is being recorded between fork and exec: the loader may not be asked. */
bool tap_exec_in_child(void);

/* roll.c */
/* Set at start: a child of fork is another process. */
extern uint32_t tap_first_process, tap_first_lineage;
const char *tap_shim_path(void); /* as the loader knows it, or "" */
void tap_roll_open(const char *hello_path);
bool tap_roll_is_open(void);
/* Why there is no trace of this process, once it is known. */
extern char tap_no_trace[600];
/* Counts events that no trace of this process will tell of: a hook of the writer's. */
bool tap_roll_lost(enum tr_drop why, const char *reason, uint32_t count);
/* Which of the files that a child needs are not reached from here: flags of enum tr_roll_flag. */
unsigned tap_roll_reach(void);
/* Opens the hello file, which gsstap run notices: it reads the roll then. */
void tap_roll_ring(void);
/* The entry, or NULL: there is no room for it. */
struct tr_roll_entry *tap_roll_add(unsigned kind, pid_t pid, unsigned flags, const char *path);
void tap_roll_undo(struct tr_roll_entry *entry);

#endif
