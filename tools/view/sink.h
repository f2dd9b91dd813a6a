/* SPDX-License-Identifier: MIT */
/*
 * What takes the events of all traces in order of time: prints each of them, or sums them up and prints at
 * the end. The only thing that the reading side (show.h) knows of what is printed.
 */
#ifndef TOOLS_VIEW_SINK_H
#define TOOLS_VIEW_SINK_H

#include "tools/out/out.h"
#include "trace/reader.h"

struct timeline_choice;
struct replay;

struct sink {
	/* wanted: the event is one of those asked for; the others are to be learned from only. False: no
	 * memory. */
	bool (*add)(struct sink *sink, const struct tr_event *event, bool wanted);
	/* NULL, or: no event up to `now` (ns since the epoch) is left for now. False: no memory. */
	bool (*look)(struct sink *sink, uint64_t now);
	/* Nothing comes any more. False: no memory. */
	bool (*end)(struct sink *sink);
	void (*release)(struct sink *sink);
	struct out *out;  /* the caller's */
	uint64_t damaged; /* things that were wrong with the traces; set before end */
	uint64_t found;	  /* by a sink that looks for something; set by end */
	bool alone;	  /* findings when they are found, and nothing else */
	bool callers;	  /* in text, say who called */
	bool trees;	  /* in text, tokens as trees */
	unsigned columns; /* in text, that a line has at most; 0: as many as it takes */
	/* NULL: every handshake, however long the lines get. */
	const struct timeline_choice *timeline;
	struct replay *replay; /* the caller's, of the sink that fills one */
};

/* NULL: no memory. */
struct sink *sink_text(struct out *out);
struct sink *sink_json(struct out *out);
struct sink *sink_summary_text(struct out *out);
struct sink *sink_summary_json(struct out *out);
struct sink *sink_summary_csv(struct out *out);
struct sink *sink_doctor_text(struct out *out);
struct sink *sink_doctor_json(struct out *out);
struct sink *sink_packets(struct out *out);
struct sink *sink_report(struct out *out);
struct sink *sink_timeline_text(struct out *out);
struct sink *sink_timeline_json(struct out *out);
struct sink *sink_replay(struct out *out);

#endif
