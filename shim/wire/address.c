/* SPDX-License-Identifier: MIT */
/* See address.h. */
#include "shim/wire/address.h"

#include "shim/core/text.h"

#include <stdbool.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static void append_port(char *out, size_t size, uint16_t port)
{
	tap_append(out, size, ":");
	tap_append_number(out, size, port);
}

static void show(const struct sockaddr_storage *address, char *out, size_t size)
{
	char text[INET6_ADDRSTRLEN] = "";
	const struct sockaddr_in6 *six = (const void *)address;
	const struct sockaddr_in *four = (const void *)address;

	if (address->ss_family == AF_UNIX) {
		const char *path = ((const struct sockaddr_un *)(const void *)address)->sun_path;

		tap_copy(out, size,
			 !*path && path[1] ? "ipc://@" : "ipc://"); /* abstract: it begins with NUL */
		tap_append(out, size, *path ? path : path + 1);
		return;
	}
	tap_copy(out, size, "tcp://");
	if (address->ss_family == AF_INET) {
		tap_append(out, size, inet_ntop(AF_INET, &four->sin_addr, text, sizeof(text)));
		append_port(out, size, ntohs(four->sin_port));
	} else if (address->ss_family == AF_INET6) {
		bool mapped = IN6_IS_ADDR_V4MAPPED(&six->sin6_addr);

		inet_ntop(mapped ? AF_INET : AF_INET6,
			  mapped ? (const void *)&six->sin6_addr.s6_addr[12] : &six->sin6_addr, text,
			  sizeof(text));
		tap_append(out, size, mapped ? "" : "[");
		tap_append(out, size, text);
		tap_append(out, size, mapped ? "" : "]");
		append_port(out, size, ntohs(six->sin6_port));
	}
}

bool tap_address_text(const struct sockaddr *address, socklen_t length, char *out, size_t size)
{
	struct sockaddr_storage whole = {0};
	sa_family_t family;

	out[0] = 0;
	if (length <= sizeof(family) || length > sizeof(whole))
		return false;
	memcpy(&whole, address, length);
	family = whole.ss_family;
	if (family == AF_INET6 ? length < sizeof(struct sockaddr_in6)
			       : family == AF_INET && length < sizeof(struct sockaddr_in))
		return false;
	if (family == AF_UNIX ? length > sizeof(struct sockaddr_un) : family != AF_INET && family != AF_INET6)
		return false;
	show(&whole, out, size);
	return true;
}

void tap_address_peer(int fd, char *out, size_t size)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof(address);
	int saved = errno;

	out[0] = 0;
	if (!getpeername(fd, (struct sockaddr *)&address, &length))
		show(&address, out, size);
	errno = saved;
}
