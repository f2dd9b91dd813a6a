/* SPDX-License-Identifier: MIT */
/* Talks with KDCs; see kdc_exchange.h. What they answer is not looked at here, but for its length over TCP.
 */
#include "tools/doctor/kdc_exchange.h"

#include "tools/base/list.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX 65536
#define PREFIX 4 /* over TCP a message begins with its length */

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static void end(struct kdc_exchange *exchange, int error)
{
	exchange->error = error;
	exchange->took_us = clock_us(CLOCK_MONOTONIC) - exchange->started;
	exchange->clock_us = clock_us(CLOCK_REALTIME) - exchange->took_us / 2;
	if (exchange->fd >= 0)
		close(exchange->fd);
	exchange->fd = -1;
}

static void begin(struct kdc_exchange *exchange)
{
	exchange->error = ETIMEDOUT;
	exchange->started = clock_us(CLOCK_MONOTONIC);
	exchange->answer = must_calloc(1, ANSWER_MAX);
	exchange->used = exchange->sent = 0;
	exchange->fd = socket(exchange->address->sa_family, exchange->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (exchange->fd < 0 ||
	    (connect(exchange->fd, exchange->address, exchange->length) && errno != EINPROGRESS))
		end(exchange, errno);
}

/* Where nobody listens on a port of those that the kernel gives out, a socket may be given it and meet
 * itself. */
static bool met_itself(const struct kdc_exchange *exchange)
{
	struct sockaddr_storage own = {0}, peer = {0};
	socklen_t own_length = sizeof(own), peer_length = sizeof(peer);

	return !getsockname(exchange->fd, (struct sockaddr *)&own, &own_length) &&
	       !getpeername(exchange->fd, (struct sockaddr *)&peer, &peer_length) &&
	       own_length == peer_length && !memcmp(&own, &peer, own_length);
}

static bool again(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* An error of connecting is told here as well. */
static void write_some(struct kdc_exchange *exchange, const uint8_t *message, size_t length)
{
	/* Over UDP there is no prefix, and all goes at once. */
	bool stream = exchange->type == SOCK_STREAM;
	size_t skip = stream ? 0 : PREFIX;
	ssize_t sent;

	if (met_itself(exchange)) {
		end(exchange, ECONNREFUSED);
		return;
	}
	sent = send(exchange->fd, message + skip + exchange->sent, length - skip - exchange->sent,
		    MSG_NOSIGNAL);

	if (sent >= 0)
		exchange->sent += stream ? (size_t)sent : length;
	else if (!again())
		end(exchange, errno);
}

/* Over TCP: is the announced length there? Its bytes are taken off then. */
static bool complete(struct kdc_exchange *exchange)
{
	uint32_t length;

	if (exchange->used < PREFIX)
		return false;
	memcpy(&length, exchange->answer, sizeof(length));
	length = ntohl(length);
	if (length > ANSWER_MAX - PREFIX || exchange->used - PREFIX < length)
		return false;
	memmove(exchange->answer, exchange->answer + PREFIX, length);
	exchange->used = length;
	return true;
}

static void read_some(struct kdc_exchange *exchange)
{
	ssize_t got = recv(exchange->fd, exchange->answer + exchange->used, ANSWER_MAX - exchange->used, 0);

	if (got < 0 && again())
		return;
	if (got < 0) {
		end(exchange, errno);
		return;
	}
	exchange->used += (size_t)got;
	if (exchange->type == SOCK_DGRAM || complete(exchange))
		end(exchange, 0);
	else if (!got || exchange->used == ANSWER_MAX) /* gone in the middle, or it never ends */
		end(exchange, got ? EPROTO : ECONNRESET);
}

static bool step(struct kdc_exchange *exchanges, size_t count, const uint8_t *message, size_t length,
		 int wait_ms)
{
	struct pollfd *polls = must_calloc(count, sizeof(*polls));
	bool open = false;

	for (size_t i = 0; i < count; i++) {
		bool sending = exchanges[i].sent < length;

		polls[i] = (struct pollfd){exchanges[i].fd, sending ? POLLOUT : POLLIN, 0};
		open = open || exchanges[i].fd >= 0;
	}
	if (open && poll(polls, count, wait_ms) > 0)
		for (size_t i = 0; i < count; i++) {
			if (!polls[i].revents)
				continue;
			if (exchanges[i].sent < length)
				write_some(&exchanges[i], message, length);
			else
				read_some(&exchanges[i]);
		}
	free(polls);
	return open;
}

/* A datagram may be lost: libkrb5 sends it again as well. */
static void repeat(struct kdc_exchange *exchanges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (exchanges[i].fd >= 0 && exchanges[i].type == SOCK_DGRAM)
			exchanges[i].sent = 0;
}

void kdc_exchange_all(struct kdc_exchange *exchanges, size_t count, const void *message, size_t length,
		      int deadline_ms)
{
	int64_t deadline = clock_us(CLOCK_MONOTONIC) + deadline_ms * INT64_C(1000), left;
	int64_t second = deadline_ms * INT64_C(500); /* left when it is sent again */
	uint32_t prefix = htonl((uint32_t)length);
	uint8_t *framed = must_calloc(1, PREFIX + length);

	memcpy(framed, &prefix, PREFIX);
	memcpy(framed + PREFIX, message, length);
	for (size_t i = 0; i < count; i++)
		begin(&exchanges[i]);
	while ((left = deadline - clock_us(CLOCK_MONOTONIC)) > 0) {
		if (second && left <= second) {
			repeat(exchanges, count);
			second = 0;
		}
		if (!step(exchanges, count, framed, PREFIX + length, (int)((left - second) / 1000) + 1))
			break;
	}
	for (size_t i = 0; i < count; i++)
		if (exchanges[i].fd >= 0)
			end(&exchanges[i], ETIMEDOUT);
	free(framed);
}

void kdc_exchange_free(struct kdc_exchange *exchange)
{
	free(exchange->answer);
	exchange->answer = NULL;
}
