/* SPDX-License-Identifier: MIT */
/* Whom an address stands for: see brake_table.h. */
#include "shim/auth/brake_table.h"

#include "shim/core/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#define LOCAL "localhost:"

/* "localhost:UID:GID:PID" */
static bool user_of(const char *address, char out[TAP_BRAKE_WHO])
{
	const char *user = address + strlen(LOCAL);
	size_t length = strcspn(user, ":");

	if (!length || length > 10)
		return false;
	tap_copy(out, TAP_BRAKE_WHO, "ipc:uid=");
	tap_append(out, 8 + length + 1, user);
	return true;
}

static bool is_whole(const struct in6_addr *six)
{
	static const uint8_t zeros[8];

	return IN6_IS_ADDR_LINKLOCAL(six) || !memcmp(six, zeros, sizeof(zeros));
}

bool tap_brake_who(const char *address, char out[TAP_BRAKE_WHO])
{
	struct in6_addr six;
	struct in_addr four;
	char text[INET6_ADDRSTRLEN];
	bool whole;

	if (!strncmp(address, LOCAL, strlen(LOCAL)))
		return user_of(address, out);
	if (strcspn(address, "%") >= sizeof(text))
		return false;
	tap_copy(text, strcspn(address, "%") + 1, address);
	if (inet_pton(AF_INET, text, &four) == 1)
		return inet_ntop(AF_INET, &four, out, TAP_BRAKE_WHO);
	if (inet_pton(AF_INET6, text, &six) != 1)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&six))
		return inet_ntop(AF_INET, &six.s6_addr[12], out, TAP_BRAKE_WHO);
	whole = is_whole(&six);
	if (!whole)
		memset(&six.s6_addr[8], 0, 8);
	inet_ntop(AF_INET6, &six, out, TAP_BRAKE_WHO);
	tap_append(out, TAP_BRAKE_WHO, whole ? "" : "/64");
	return true;
}
