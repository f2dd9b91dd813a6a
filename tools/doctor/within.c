/* SPDX-License-Identifier: MIT */
/*
 * A piece of work with a deadline; see probe_within in probe.h. The end is told through an eventfd and waited
 * for with a relative time, so that a clock that is set, or shown differently, lengthens nothing.
 */
#include "tools/doctor/probe.h"

#include "tools/base/list.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static bool left_behind;

struct job {
	void (*work)(void *data);
	void *data;
	int done; /* eventfd; the thread's own, or ours when it has ended */
};

static void *run(void *argument)
{
	struct job *job = argument;

	job->work(job->data);
	/* Should nobody wait any more, this is the last that is seen of it. */
	eventfd_write(job->done, 1);
	return NULL;
}

static bool start(struct job *job)
{
	pthread_t thread;
	sigset_t all, before;
	int failed;

	/* Signals are for the thread that was there first. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, run, job);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		pthread_detach(thread);
	return !failed;
}

bool probe_within(int milliseconds, void (*work)(void *data), void *data)
{
	struct job *job = must_calloc(1, sizeof(*job));
	struct pollfd wait = {.events = POLLIN};
	eventfd_t ended;

	*job = (struct job){work, data, eventfd(0, EFD_CLOEXEC)};
	wait.fd = job->done;
	if (job->done < 0 || !start(job)) { /* better late than not at all */
		work(data);
	} else {
		while (poll(&wait, 1, milliseconds) < 0 && errno == EINTR)
			;
		if (!(wait.revents & POLLIN)) {
			left_behind = true;
			return false;
		}
		/* The thread may still be inside its write: it must not find another file behind the number.
		 */
		eventfd_read(job->done, &ended);
	}
	if (job->done >= 0)
		close(job->done);
	free(job);
	return true;
}

bool probe_left_behind(void)
{
	return left_behind;
}
