/* SPDX-License-Identifier: MIT */
/*
 * A program with one I/O thread and two connections, which says how long the first stood still while the
 * second was made.
 *
 *   repair_gap FIRST SECOND GO
 *
 * Messages go to and fro with FIRST, prints "steady" after the first hundred. When the file GO is there, a
 * second socket connects to SECOND and asks once. Prints "stalled" as soon as FIRST has not answered for
 * STALLED_MS; "gap N", the largest in ms, WATCH_MS after SECOND was asked; "answered" when SECOND has
 * answered, and ends.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define STALLED_MS 2000
#define WATCH_MS 4000
#define PATIENCE_MS 60000

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void *connected(void *context, const char *endpoint)
{
	void *s = zmq_socket(context, ZMQ_DEALER);
	int now = 0;

	zmq_setsockopt(s, ZMQ_LINGER, &now, sizeof(now));
	if (zmq_connect(s, endpoint)) {
		fprintf(stderr, "repair_gap: %s: %s\n", endpoint, zmq_strerror(zmq_errno()));
		exit(2);
	}
	zmq_send(s, "hello", 5, 0);
	return s;
}

/* What was measured from the moment when SECOND was asked. */
struct watch {
	int64_t begun, largest;
	int told_stalled, told_gap;
};

static void look(struct watch *w, int64_t last)
{
	int64_t now = now_us(), gap = now - (last > w->begun ? last : w->begun);

	if (!w->begun)
		return;
	if (gap > w->largest)
		w->largest = gap;
	if (gap > STALLED_MS * 1000 && !w->told_stalled)
		w->told_stalled = puts("stalled") >= 0;
	if (now - w->begun > WATCH_MS * 1000 && gap < 100000 && !w->told_gap)
		w->told_gap = printf("gap %d\n", (int)(w->largest / 1000)) > 0;
}

int main(int argc, char **argv)
{
	void *context = zmq_ctx_new(), *first, *second = NULL;
	int64_t last = now_us(), start = last;
	struct watch watch = {0};
	char text[16];
	int count = 0;

	if (argc != 4)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	first = connected(context, argv[1]);
	while (now_us() - start < PATIENCE_MS * 1000) {
		zmq_pollitem_t items[] = {{first, 0, ZMQ_POLLIN, 0}, {second, 0, ZMQ_POLLIN, 0}};

		zmq_poll(items, second ? 2 : 1, 10);
		look(&watch, last);
		if (items[0].revents & ZMQ_POLLIN && zmq_recv(first, text, sizeof(text), 0) >= 0) {
			last = now_us();
			if (++count == 100)
				puts("steady");
			zmq_send(first, "hello", 5, 0);
		}
		if (!second && count >= 100 && !access(argv[3], F_OK)) {
			watch.begun = now_us();
			second = connected(context, argv[2]);
		}
		if (second && items[1].revents & ZMQ_POLLIN && watch.told_gap) {
			puts("answered");
			return 0;
		}
	}
	return 1;
}
