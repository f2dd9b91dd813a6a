/* SPDX-License-Identifier: MIT */
/*
 * A KDC that never answers, to hold a thread inside gss_init_sec_context for as long as a test wants: a bound
 * UDP port, and a krb5.conf in the present directory that names it as the default realm's KDC.
 * wait_for_request() returns when a call is inside. The service asked for must be one that the ticket cache
 * has no ticket for.
 */
#ifndef HOSTS_SILENT_KDC_H
#define HOSTS_SILENT_KDC_H

#include <arpa/inet.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNKNOWN_SERVICE "unknown@localhost"

static inline void write_conf(const char *path, int port)
{
	krb5_context context;
	char *realm = NULL;
	FILE *conf;

	if (krb5_init_context(&context) || krb5_get_default_realm(context, &realm))
		exit(3);
	conf = fopen(path, "w");
	if (!conf)
		exit(3);
	fprintf(conf,
		"[libdefaults]\n default_realm = %s\n dns_lookup_kdc = false\n rdns = false\n"
		" dns_canonicalize_hostname = false\n[realms]\n %s = {\n  kdc = 127.0.0.1:%d\n }\n"
		"[domain_realm]\n localhost = %s\n",
		realm, realm, port, realm);
	fclose(conf);
	krb5_free_default_realm(context, realm);
	krb5_free_context(context);
}

/* Names the silent KDC to the library, before its first call; returns the socket that the requests come to.
 */
static inline int silent_kdc(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) ||
	    getsockname(fd, (struct sockaddr *)&address, &size))
		exit(3);
	write_conf("silent.conf", ntohs(address.sin_port));
	setenv("KRB5_CONFIG", "silent.conf", 1);
	return fd;
}

static inline void wait_for_request(int fd)
{
	char request[65536];

	if (recv(fd, request, sizeof(request), 0) < 0)
		exit(3);
}

#endif
