/* SPDX-License-Identifier: MIT */
/* See capture.h. Which traces there are is asked again and again; what they gain, follow.h looks for. */
#include "tools/extcap/capture.h"

#include "tools/base/tool.h"
#include "tools/extcap/running.h"
#include "tools/view/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

struct capturing {
	const struct extcap_capture *what;
	struct show *show;
	struct inputs *inputs;
	unsigned seen; /* traces that the process had open at the last look */
};

static void add(void *context, pid_t pid, const char *path)
{
	struct capturing *c = context;

	(void)pid;
	c->seen++;
	(void)inputs_add_one(c->inputs, path, true); /* has said what is wrong */
}

/* A process that ends has no trace open any more; of all processes one may start at any time. */
static bool look(void *context)
{
	struct capturing *c = context;

	c->seen = 0;
	running_traces(c->what->pid, add, c);
	return c->seen || !c->what->pid;
}

/* Nothing is read before it is known whose traces there are. */
static int find(struct capturing *c)
{
	if (c->what->trace)
		return inputs_add_one(c->inputs, c->what->trace, true) ? TOOL_USAGE : TOOL_OK;
	if (look(c))
		return TOOL_OK;
	tool_error("%s: process %d writes no trace that can be read here; has it ended?", c->what->interface,
		   (int)c->what->pid);
	return TOOL_FAIL;
}

static int stream(struct capturing *c, FILE *fifo)
{
	const struct follow what = {
		.show = c->show,
		.inputs = c->inputs,
		.out = fileno(fifo),
		.look = c->what->trace ? NULL : look,
		.context = c,
	};
	int failed = 0;

	switch (follow(&what)) {
	case FOLLOW_INTERRUPTED:
	case FOLLOW_UNREAD:
		return TOOL_OK;
	case FOLLOW_OVER:
		failed = show_poll(c->show, true);
		break;
	case FOLLOW_FAILED:
		failed = -1;
		break;
	}
	if (!failed || errno == EPIPE)
		return TOOL_OK;
	tool_error("%s: %s", c->what->fifo, strerror(errno));
	return TOOL_FAIL;
}

/* Wireshark reads the section as soon as somebody has opened the pipe, which waits for it in turn. */
int extcap_capture(const struct extcap_capture *what)
{
	struct capturing c = {.what = what};
	const char *const filter[] = {what->filter, NULL};
	int fd = open(what->fifo, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY), status = TOOL_FAIL;
	FILE *fifo = fd < 0 ? NULL : fdopen(fd, "w");

	if (!fifo) {
		tool_error("%s: %s; it must be there before the capture", what->fifo, strerror(errno));
		return TOOL_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	c.show = show_new(SHOW_PACKETS, fifo, false);
	c.inputs = c.show ? inputs_new(c.show) : NULL;
	if (c.inputs) {
		show_only_named(c.show, what->filter ? filter : NULL);
		status = find(&c);
	} else {
		tool_error("no memory");
	}
	if (status == TOOL_OK)
		status = stream(&c, fifo);
	inputs_free(c.inputs);
	show_free(c.show);
	fclose(fifo);
	return status;
}
