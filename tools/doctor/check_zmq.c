/* SPDX-License-Identifier: MIT */
/* Has this system's libzmq GSSAPI? A defect where the service is a ZeroMQ one. */
#include "tools/doctor/checks.h"

#include <string.h>

static void say_other(struct lines *lines)
{
	line_remedy(lines, "install a libzmq that was built with it, such as Debian's:");
	line_command(lines, "apt-get install libzmq5");
	line_remedy(lines,
		    "or let a policy secure the endpoints, which needs none: zmq.inject, gsstap-policy(5)");
}

void check_zmq(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_zmq *zmq = &evidence->zmq;
	bool needed = !strcmp(evidence->question->target.service, "zmq");

	line_begin(lines, "libzmq");
	line_text(lines, "path", zmq->path);
	line_text(lines, "version", zmq->version[0] ? zmq->version : NULL);
	line_bool(lines, "gssapi", zmq->gssapi);
	if (zmq->gssapi) {
		line_say(lines, "%s, version %s, has GSSAPI", zmq->path, zmq->version);
	} else {
		line_is(lines, needed ? LINE_FAIL : LINE_SKIP);
		if (zmq->state == PROBE_OK)
			line_say(lines, "%s, version %s, was built without GSSAPI", zmq->path, zmq->version);
		else
			line_say(lines, "no libzmq can be loaded: %s", zmq->text);
		say_other(lines);
	}
	line_end(lines);
}
