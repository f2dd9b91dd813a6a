/* SPDX-License-Identifier: MIT */
/*
 * Endpoints that this libzmq does not take, though it has their transport, as far as that is certain: the
 * program is to have libzmq's own error, and not the policy's. libzmq is not asked for it, since what it took
 * would be open; nor is anything else made to listen.
 */
#include "shim/core/text.h"
#include "shim/loader/elf.h"
#include "shim/wire/options.h"
#include "shim/zmq/resolve.h"
#include "shim/zmq/zmq.h"
#include "trace/writer.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define TIPC_RESERVED 64 /* types below are TIPC's own (linux/tipc.h) */
#define TIPC_MOST 1000	 /* characters; for more sscanf may ask for memory */

/* Of the draft API. */
#define RADIO 14
#define DISH 15
#define DGRAM 18

/* As in 40304, of 4.3.4; 0: not known. */
static int version_of(const struct tap_scope *scope)
{
	__typeof__(&zmq_version) version = NULL;
	struct dl_find_object found;
	int major, minor, patch;

	if (!_dl_find_object((void *)TAP_OTHER(scope, zmq_bind), &found))
		version = (__typeof__(version))tap_elf_definition(found.dlfo_link_map->l_addr,
								  found.dlfo_link_map->l_ld, "zmq_version");
	if (!version)
		return 0;
	version(&major, &minor, &patch);
	return major * 10000 + minor * 100 + patch;
}

/* Of the other transports, those whose addresses are read by the same function of libzmq's. */
static bool is_ip(const char *endpoint)
{
	static const char *const transports[] = {"tcp://", "udp://", "ws://", "wss://"};

	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
		if (!strncmp(endpoint, transports[i], strlen(transports[i])))
			return true;
	return false;
}

static int malformed_ip(const struct tap_scope *scope, enum pol_way way, void *socket, const char *endpoint)
{
	int ipv6 = 0, type, version;

	/* Nothing of the socket matters to what libzmq looks at there. */
	if (way == POL_CONNECT && !strncmp(endpoint, "tcp:", 4))
		return tap_resolve(way, endpoint, false, true);
	type = tap_socket_type(scope, socket);
	if (!strncmp(endpoint, "udp:", 4) &&
	    !(way == POL_CONNECT ? type == RADIO : type == DISH || type == DGRAM))
		return ENOCOMPATPROTO;
	tap_option_number(scope, socket, ZMQ_IPV6, &ipv6);
	version = version_of(scope);
	return tap_resolve(way, endpoint, ipv6, !version || version >= 40305);
}

/* Is the name taken? Nobody can connect to what is bound and does not listen. */
static int taken_name(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(name);
	int fd = (int)syscall(SYS_socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error = TAP_UNSURE;

	if (fd < 0)
		return error;
	memcpy(address.sun_path + 1, name + 1, length - 1);
	if (syscall(SYS_bind, fd, &address, offsetof(struct sockaddr_un, sun_path) + length))
		error = errno;
	syscall(SYS_close, fd);
	return error;
}

/* Why there can be no socket at this path; libzmq takes away what is there first, but no folder, and nothing
 * by a name with a slash behind it. */
static int no_place(const char *path)
{
	char place[sizeof(((struct sockaddr_un *)0)->sun_path)];
	size_t length = strlen(path);
	struct stat status;
	bool as_folder;

	while (length > 1 && path[length - 1] == '/')
		length--;
	as_folder = path[length];
	tap_copy(place, length + 1, path);
	if (!lstat(place, &status))
		return as_folder || S_ISDIR(status.st_mode) ? EADDRINUSE : TAP_UNSURE;
	if (errno != ENOENT || as_folder)
		return errno;
	while (length && place[length - 1] != '/')
		length--;
	tap_copy(place + length, sizeof(place) - length, ".");
	if (stat(place, &status))
		return errno;
	return access(place, W_OK) && errno == EROFS ? EROFS : TAP_UNSURE;
}

static int malformed_ipc(enum pol_way way, const char *path)
{
	if (way == POL_BIND && *path == '*')
		return TAP_UNSURE;
	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return ENAMETOOLONG;
	if (*path == '@' && !path[1])
		return EINVAL;
	if (way == POL_CONNECT)
		return TAP_UNSURE;
	return *path == '@' ? taken_name(path) : no_place(path);
}

static int no_tipc(enum pol_way way)
{
	int fd = way == POL_BIND ? (int)syscall(SYS_socket, AF_TIPC, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
	int error = way == POL_BIND && fd < 0 ? errno : TAP_UNSURE;

	if (fd >= 0)
		syscall(SYS_close, fd);
	return error;
}

/* libzmq before 4.2 takes anything behind an address. */
static bool is_domain(const char *text)
{
	unsigned zone, cluster, node;
	char more;

	return sscanf(text, "@%u.%u.%u%c", &zone, &cluster, &node, &more) == 3;
}

static int malformed_tipc(const struct tap_scope *scope, enum pol_way way, const char *address)
{
	unsigned type, lower, upper, zone, cluster, node, reference;
	const char *domain = strchr(address, '@');
	int count;

	if (strlen(address) > TIPC_MOST)
		return TAP_UNSURE;
	if (!strncmp(address, "<*>", 3))
		return way == POL_CONNECT ? EINVAL : no_tipc(way);
	if (domain && !is_domain(domain))
		return version_of(scope) >= 40200 ? TAP_ZMQ_ITSELF : TAP_UNSURE;
	count = sscanf(address, "{%u,%u,%u}", &type, &lower, &upper);
	if ((count == 3 && type >= TIPC_RESERVED && upper >= lower) || (count == 2 && type > TIPC_RESERVED))
		return no_tipc(way);
	if (count || sscanf(address, "<%u.%u.%u:%u>", &zone, &cluster, &node, &reference) != 4)
		return TAP_ZMQ_ITSELF;
	return way == POL_BIND ? EINVAL : TAP_UNSURE;
}

static int malformed(const struct tap_scope *scope, enum pol_way way, void *socket, const char *endpoint)
{
	if (!*endpoint)
		return EINVAL;
	/* A filter of system calls may let through what libzmq makes, and nothing that asks the same
	 * otherwise. */
	if (tr_confined && (way == POL_BIND || !strncmp(endpoint, "udp:", 4)))
		return TAP_UNSURE;
	if (is_ip(endpoint))
		return malformed_ip(scope, way, socket, endpoint);
	if (!strncmp(endpoint, "ipc://", 6))
		return malformed_ipc(way, endpoint + 6);
	return !strncmp(endpoint, "tipc://", 7) ? malformed_tipc(scope, way, endpoint + 7) : TAP_UNSURE;
}

int tap_zmq_malformed(const struct tap_scope *scope, enum pol_way way, void *socket, const char *endpoint)
{
	int saved = errno, error = malformed(scope, way, socket, endpoint);

	errno = saved;
	/* It is what a refusal says as well, and that is told. */
	return error == TAP_UNSURE || error == EACCES ? 0 : error;
}
