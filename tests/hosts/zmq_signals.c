/* SPDX-License-Identifier: MIT */
/*
 * zmq_signals calls|jumps: a timer's handler calls zmq_close, for what is no socket, while its thread makes
 * and ends connections; or leaves such a call by siglongjmp. Thousands of times, and then one more connection
 * is made, on another thread.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <zmq.h>

#define NOBODY "tcp://127.0.0.1:9"
#define SIGNALS 5000

static char no_socket[4096];
static void *context;
static sigjmp_buf back;
static volatile sig_atomic_t signals, may_jump;

static void call(int signal)
{
	int saved = errno;

	(void)signal;
	zmq_close(no_socket);
	signals = signals + 1;
	errno = saved;
}

static void jump(int signal)
{
	if (!may_jump)
		return;
	signals = signals + 1;
	siglongjmp(back, signal);
}

static void *connect_and_close(void *unused)
{
	void *socket = zmq_socket(context, ZMQ_DEALER);
	int none = 0;

	zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof(none));
	if (zmq_connect(socket, NOBODY))
		perror("connect");
	zmq_close(socket);
	return unused;
}

int main(int argc, char **argv)
{
	struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
	int jumps = argc > 1 && !strcmp(argv[1], "jumps");
	struct sigaction action = {.sa_handler = jumps ? jump : call, .sa_flags = SA_RESTART};
	sigset_t alarms;
	void *socket;
	pthread_t id;

	/* libzmq's threads block them only some time after they began. */
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarms, NULL);
	context = zmq_ctx_new();
	connect_and_close(NULL);
	zmq_close(no_socket); /* what the loader binds with it is bound */
	socket = zmq_socket(context, ZMQ_DEALER);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
	sigsetjmp(back, 1);
	while (signals < SIGNALS)
		if (jumps) {
			may_jump = 1;
			zmq_close(no_socket);
			may_jump = 0;
		} else if (!zmq_connect(socket, NOBODY)) {
			zmq_disconnect(socket, NOBODY);
		}
	setitimer(ITIMER_REAL, &never, NULL);
	pthread_create(&id, NULL, connect_and_close, NULL);
	pthread_join(id, NULL);
	puts("ended");
	return 0;
}
