/* SPDX-License-Identifier: MIT */
/*
 * The realm's KDC: its port, its start, its end.
 *
 * krb5kdc binds with SO_REUSEPORT, so a second KDC of the same user on the same port starts without a word
 * and takes half of the requests. A socket of ours, bound before the KDC and never listening, keeps the port
 * from every other realm for as long as this process lives.
 */
#include "tools/realm/realm.h"
#include "tools/base/tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PID_FILE "kdc.pid"
#define ATTEMPTS 5	  /* with another port each, when the user named none */
#define KDC_PORT 88	  /* any: nothing is sent there */
#define DEADLINE_MS 15000 /* for a KDC to answer; it takes about 20 ms on an idle machine */

static int bind_to(int type, struct sockaddr_in *address)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)address, sizeof(*address))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Returns the socket that holds the port, both of whose protocols were free, or -1 with errno. */
static int hold_port(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
	socklen_t len = sizeof(address);
	int one = 1, tcp, udp;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	tcp = bind_to(SOCK_STREAM, &address);
	if (tcp < 0)
		return -1;
	getsockname(tcp, (struct sockaddr *)&address, &len);
	udp = bind_to(SOCK_DGRAM, &address);
	if (udp < 0) {
		close(tcp);
		return -1;
	}
	/* Only now: with it set before bind, a KDC that is there already would be no conflict. */
	setsockopt(tcp, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	close(udp);
	*port = ntohs(address.sin_port);
	return tcp;
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits a moment, less when the KDC ends. Is it gone? */
static bool ended(struct realm *realm, int pidfd)
{
	struct pollfd wait = {.fd = pidfd, .events = POLLIN};

	if (poll(&wait, 1, 1) <= 0 || waitpid(realm->kdc, NULL, WNOHANG) != realm->kdc)
		return false;
	realm->kdc = 0;
	return true;
}

/*
 * krb5kdc writes its process id when it listens. Whoever asks before that may be given the KDC's own port as
 * the source of his datagram, and read his own request as the answer.
 */
static bool listens(const struct realm *realm)
{
	char *path = realm_path(realm, NULL, PID_FILE);
	bool written = !access(path, F_OK);

	free(path);
	return written;
}

/* Returns REALM_TICKET_AGAIN when the KDC ended by itself: its port may have been taken meanwhile. */
static enum realm_ticket wait_ready(struct realm *realm)
{
	long deadline = now_ms() + DEADLINE_MS;
	int pidfd = pidfd_open(realm->kdc, 0);
	enum realm_ticket ticket = REALM_TICKET_AGAIN;

	do
		if (listens(realm))
			ticket = realm_ticket_get(realm, &realm->users.list[0]);
	while (ticket == REALM_TICKET_AGAIN && !ended(realm, pidfd) && now_ms() < deadline);
	close(pidfd);
	if (ticket == REALM_TICKET_AGAIN && realm->kdc) {
		tool_error("the KDC has not answered for %d seconds; its log ends with:", DEADLINE_MS / 1000);
		realm_show_log(realm, "kdc.log");
		return REALM_TICKET_FAILED;
	}
	return ticket;
}

static enum realm_ticket try_port(struct realm *realm, int wanted)
{
	char *argv[] = {"krb5kdc", "-n", "-P", PID_FILE, NULL};

	realm->port = wanted;
	realm->port_hold = hold_port(&realm->port);
	if (realm->port_hold < 0) {
		if (!wanted)
			return REALM_TICKET_AGAIN;
		tool_error("--port: %d on 127.0.0.1 is not to be had: %m; without --port a free one is taken",
			   wanted);
		return REALM_TICKET_FAILED;
	}
	if (realm_write_conf(realm))
		return REALM_TICKET_FAILED;
	realm->kdc = realm_tool_start(realm, argv, "", "kdc.out");
	if (realm->kdc < 0) {
		realm->kdc = 0;
		return REALM_TICKET_FAILED;
	}
	return wait_ready(realm);
}

/* A port can be bound on a loopback interface that is down, and nothing reaches it. */
static bool reaches_loopback(void)
{
	const struct sockaddr_in address = {.sin_family = AF_INET,
					    .sin_port = htons(KDC_PORT),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool reached = fd >= 0 && !connect(fd, (const struct sockaddr *)&address, sizeof(address));

	if (!reached)
		tool_error("127.0.0.1, where the KDC is to listen, cannot be reached: %m; in a network "
			   "namespace "
			   "of its own (unshare -n): ip link set lo up");
	if (fd >= 0)
		close(fd);
	return reached;
}

int realm_kdc_start(struct realm *realm)
{
	int wanted = realm->port, attempts = wanted ? 1 : ATTEMPTS;
	enum realm_ticket result = REALM_TICKET_AGAIN;

	if (!reaches_loopback())
		return -1;
	while (attempts-- && result == REALM_TICKET_AGAIN) {
		if (realm->port_hold >= 0)
			close(realm->port_hold);
		result = try_port(realm, wanted);
	}
	if (result == REALM_TICKET_OK)
		return 0;
	if (result == REALM_TICKET_AGAIN) {
		tool_error("krb5kdc does not stay up; it said:");
		realm_show_log(realm, "kdc.out");
		realm_show_log(realm, "kdc.log");
	}
	return -1;
}

void realm_kdc_stop(struct realm *realm)
{
	/* SIGKILL: it has nothing to save (see kdc.conf), and a stopped one would not hear anything else. */
	if (realm->kdc && !kill(realm->kdc, SIGKILL))
		while (waitpid(realm->kdc, NULL, 0) < 0 && errno == EINTR)
			;
	realm->kdc = 0;
	if (realm->port_hold >= 0)
		close(realm->port_hold);
	realm->port_hold = -1;
}
