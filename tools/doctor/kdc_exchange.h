/* SPDX-License-Identifier: MIT */
/*
 * One message to many KDCs at the same time, over UDP and TCP (RFC 4120, 7.2), and their answers until a
 * deadline.
 */
#ifndef TOOLS_DOCTOR_KDC_EXCHANGE_H
#define TOOLS_DOCTOR_KDC_EXCHANGE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct kdc_exchange {
	const struct sockaddr *address; /* to be set before */
	socklen_t length;
	int type; /* SOCK_DGRAM, SOCK_STREAM */

	int error; /* errno, 0: there is an answer */
	int64_t took_us;
	int64_t clock_us; /* our clock in the middle of the exchange, since 1970 */
	uint8_t *answer;  /* without its length; to be freed with kdc_exchange_free */
	size_t used;

	int fd; /* private, as the following */
	int64_t started;
	size_t sent;
};

void kdc_exchange_all(struct kdc_exchange *exchanges, size_t count, const void *message, size_t length,
		      int deadline_ms);
void kdc_exchange_free(struct kdc_exchange *exchange);

#endif
