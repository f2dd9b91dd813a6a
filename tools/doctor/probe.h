/* SPDX-License-Identifier: MIT */
/*
 * What all probes share: how they say what became of a look at something, and of which file.
 *
 * A probe asks the system through libkrb5 and returns plain structures. It prints nothing, changes nothing,
 * asks for no password and keeps no key. Memory that is out ends the command, as in tools/base/list.h.
 */
#ifndef TOOLS_DOCTOR_PROBE_H
#define TOOLS_DOCTOR_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum probe_state {
	PROBE_OK,
	PROBE_MISSING,	 /* it is not there */
	PROBE_DENIED,	 /* it is, and this user may not read it */
	PROBE_MALFORMED, /* it can be read, and makes no sense */
	PROBE_EMPTY,	 /* it can be read, and nothing is in it */
	PROBE_FAILED,	 /* something else: code and text say what */
};

/* "ok", "missing", "denied", "malformed", "empty", "failed". */
const char *probe_state_name(enum probe_state state);

/* The file behind a keytab, ticket cache or configuration. */
struct probe_file {
	char *path;  /* NULL: there is none behind it (MEMORY, KCM, KEYRING) */
	int error;   /* errno of opening it for reading, as this user; 0: it can be */
	bool exists; /* the following are known */
	bool regular;
	uid_t owner;
	gid_t group;
	mode_t mode; /* permission bits */
	off_t size;
};

void probe_file_look(struct probe_file *file, const char *path);
void probe_file_free(struct probe_file *file);

/* What the file alone says: PROBE_OK: libkrb5 may be asked about it. No path: PROBE_OK. */
enum probe_state probe_file_state(const struct probe_file *file);

/* The message for an error of libkrb5 (context: a krb5_context or NULL). A new string. */
char *probe_message(void *context, int32_t code);

/*
 * Runs work(data) on a thread and waits for it this long. False: it is not done, and never will be of use:
 * name services and KDCs that do not answer hold libkrb5 up for as long as they like. It goes on then, and
 * data is its own, not to be touched or freed any more.
 */
bool probe_within(int milliseconds, void (*work)(void *data), void *data);
/* Is such work going on? Then the process must end by _exit: it may be inside a library that exit takes down.
 */
bool probe_left_behind(void);

#endif
