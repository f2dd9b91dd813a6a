/* SPDX-License-Identifier: MIT */
/*
 * How checks word what several of them say: encryption types, times, users, files that cannot be read, and
 * the commands that put a key or a ticket right. All strings are new.
 */
#ifndef TOOLS_DOCTOR_WORDS_H
#define TOOLS_DOCTOR_WORDS_H

#include "tools/doctor/evidence.h"
#include "tools/doctor/line.h"

char *words_enctype(int32_t enctype);
char *words_enctypes(const int32_t *enctypes, size_t count);
char *words_time(int64_t seconds); /* "2026-01-02 21:03:04Z" */
char *words_span(int64_t seconds); /* "9 h 58 min" */
char *words_user(uid_t user);	   /* "alice", "1000" */

/* Facts; why a file that is no regular one is not looked into (false: it is); for PROBE_DENIED the sentence
 * and the remedy. */
void words_file(struct lines *lines, const struct probe_file *file);
bool words_irregular(struct lines *lines, const struct probe_file *file);
void words_denied(struct lines *lines, const struct probe_file *file);

/* "kinit alice@REALM"; with nobody known "kinit USER@REALM"; before it what names a file where the cache
 * takes no tickets. */
void words_kinit(struct lines *lines, const struct evidence *evidence);
/* "kadmin.local", on the own machine of the KDC whose database has this principal, or "kadmin"; with "-r
 * REALM" for a realm other than the default one, in whose database its name would be of no use. */
char *words_kadmin_command(const char *principal);
/* The same of another machine, that of a server. */
char *words_kadmin_there(const char *principal);
/* What this command asks of who types -norandkey, and what comes of leaving that out: a sentence; NULL for
 * "kadmin.local". */
const char *words_extract_keys(const char *kadmin);
extern const char words_new_key[]; /* what comes of one, as a sentence goes on */
/* "kadmin -q 'REQUEST PRINCIPAL'" */
void words_kadmin(struct lines *lines, const char *request, const char *principal);
/* rest: what comes after it, such as " session_enctypes". */
void words_kadmin_of(struct lines *lines, const char *request, const char *principal, const char *rest);
/* "kadmin -q 'ktadd -norandkey -k FILE PRINCIPAL'", and what it does to keytabs that are there. */
void words_ktadd(struct lines *lines, const struct evidence *evidence, const char *principal);
/* Makes a new key, of this encryption type. */
void words_ktadd_new(struct lines *lines, const struct evidence *evidence, const char *principal,
		     int32_t enctype);
/* "cp -p FILE FILE.old"; command: "cp -p" or "mv". What has that name already is kept under another: where
 * one of these commands fails all are typed again, and it may be the only copy of a key by then. */
char *words_set_aside(const char *command, const char *path);
/* "kadmin -q 'ktremove -k FILE PRINCIPAL KVNO'" */
char *words_ktremove_command(const char *kadmin, const char *path, const char *principal, const char *kvno);
/* Before words_ktadd: the key of this version goes, since of two libkrb5 takes the first. */
void words_ktremove(struct lines *lines, const struct evidence *evidence, const char *principal,
		    uint32_t kvno);

/* "FILE:..." for this user, which is nobody's default. */
char *words_file_cache(uid_t user);

/* A word as kadmin reads it: in double quotes, where two of them are one. */
char *words_kadmin_word(const char *text);

/* The file to write settings into: the last of those in force that can be read. */
const char *words_config_file(const struct probe_config *config);

#endif
