/* SPDX-License-Identifier: MIT */
/*
 * The parts of `gsstap realm`: a throwaway MIT realm on 127.0.0.1, everything of it in one private directory.
 *
 * Every function that returns int gives 0, or -1 after tool_error() said what went wrong. Passwords and keys
 * go into files of that directory only: never into an argument list, the environment or a message.
 */
#ifndef TOOLS_REALM_H
#define TOOLS_REALM_H

#include "tools/base/signals.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct realm_principal {
	char *name; /* without the realm: "alice", "host/localhost" */
	char *file; /* its files' name: '/' is written as '@' */
	char *host; /* of a service, else NULL */
};

struct realm_principals {
	struct realm_principal *list;
	size_t count;
};

struct realm {
	const char *name;
	struct realm_principals users, services; /* the first user is the default one */
	const char *enctypes;			 /* as krb5.conf takes them, or NULL: the library's own */
	const char *keep;			 /* a directory to be made and kept, or NULL */
	long lifetime;				 /* of tickets, seconds */
	int port;				 /* of the KDC; 0 until one was found */
	bool verbose;

	char *dir;	  /* absolute; NULL until realm_dir_make */
	int port_hold;	  /* a socket that keeps the port ours, or -1 */
	int guard_pipe;	  /* closing it makes the guard remove dir, or -1 */
	pid_t guard, kdc; /* 0: not running */
	struct signals signals;
};

/* names.c: what the user asked for. Copies the text; a name given twice is taken once. */
int realm_add_user(struct realm *realm, const char *text);
/* SERVICE@HOST or SERVICE/HOST; %h in it is this machine's name. */
int realm_add_service(struct realm *realm, const char *text);
/* Fills in the user and the services that are made when none was asked for. */
int realm_add_defaults(struct realm *realm);
/* Is it one that can be written into a krb5.conf and into a principal? */
int realm_check_name(const char *realm);
/* Frees what the functions above allocated. */
void realm_free_names(struct realm *realm);

/* dir.c: makes the directory (0700), and a guard that removes it however this process ends. */
int realm_dir_make(struct realm *realm);
/* Waits until the directory is gone (unless it is to be kept). Can be called at any time, more than once. */
void realm_dir_remove(struct realm *realm);
/* dir/sub/leaf (sub may be NULL); the caller frees it. Never NULL: ends the process when memory does. */
char *realm_path(const struct realm *realm, const char *sub, const char *leaf);

/* files.c: krb5.conf and kdc.conf; again whenever the port has changed. */
int realm_write_conf(const struct realm *realm);
/* The environment of COMMAND, set in this process, and as shell commands in dir/env. */
int realm_write_env(const struct realm *realm);

/* tools.c: the path of one of MIT's administration tools, or NULL. Static storage. */
const char *realm_tool_path(const char *tool);
/* Are all of them there? Otherwise says which package to install. */
int realm_tools_check(void);
/* Starts a tool inside dir with input on its stdin and its output appended to dir/log. Returns its pid or -1.
 */
pid_t realm_tool_start(const struct realm *realm, char *const argv[], const char *input, const char *log);
/* The same, and waits for it; an exit status other than 0 is an error. */
int realm_tool_run(const struct realm *realm, char *const argv[], const char *input, const char *log);
/* Prints the end of dir/log to stderr: what a tool had to say. */
void realm_show_log(const struct realm *realm, const char *log);

/* db.c: makes the KDC's database, all principals, their passwords and their keytabs. */
int realm_db_make(const struct realm *realm);

/* kdc.c: starts a KDC and waits until it issued the default user's ticket. Chooses realm->port when it
 * is 0. */
int realm_kdc_start(struct realm *realm);
void realm_kdc_stop(struct realm *realm);

/* ticket.c: an AS exchange with the user's keytab; the ticket goes into dir/ccache. */
enum realm_ticket { REALM_TICKET_OK, REALM_TICKET_AGAIN, REALM_TICKET_FAILED };
/* REALM_TICKET_AGAIN: no KDC answered (yet); why is then not printed. The only function here of its kind. */
enum realm_ticket realm_ticket_get(const struct realm *realm, const struct realm_principal *user);

/* command.c: runs argv, hands signals on to it and returns its exit status as a shell would. */
int realm_command_run(struct realm *realm, char **argv);

#endif
