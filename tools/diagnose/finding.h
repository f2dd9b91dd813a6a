/* SPDX-License-Identifier: MIT */
/*
 * What a diagnosis found: the cause with its names, by what it is known, what to do, and what could not be
 * looked at. A diagnosis only adds texts; reports print them, and make what came out of traces harmless.
 */
#ifndef TOOLS_DIAGNOSE_FINDING_H
#define TOOLS_DIAGNOSE_FINDING_H

#include "tools/base/list.h"
#include "tools/model/talk.h"

struct finding {
	struct finding *next;
	unsigned id;	  /* 9: GT0009 */
	const char *name; /* of its row in diagnoses.def */
	const char *title;
	char *cause; /* a sentence with names in it */
	struct list evidence;
	struct list remedies; /* sentences; one that begins with a TAB is a command for a shell */
	struct list unseen;
	bool alone; /* the trace alone proves it: what could not be looked at does not matter */
	const struct model_talk *init,
		*acc; /* the first handshake that it was found in; either may be NULL */
	const struct model_program *program; /* where it is about no handshake */
	uint64_t first, last;		     /* ns */
	uint64_t count;			     /* of handshakes */
};

/* The sentence that says what is wrong, with the names. Once. */
void finding_cause(struct finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
void finding_evidence(struct finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
void finding_remedy(struct finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A command that can be pasted into a shell; words out of a trace are to be quoted with finding_word. */
void finding_command(struct finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
void finding_free(struct finding *finding);

/* Found so far, in order; those with one cause in one program are one. */
struct findings {
	struct finding *first, *last;
	size_t count;
};

/* Takes a finding up, or counts it with the one that is there. */
void findings_add(struct findings *findings, struct finding *finding);
void findings_free(struct findings *findings);

#endif
