/* SPDX-License-Identifier: MIT */
/*
 * Templates of names and places: %h, %H, %{uid}, %%. What does not expand to exactly what was meant is an
 * error, so that no truncated or borrowed name is ever asked for. Linked into the shim.
 */
#include "policy/policy.h"
#include "policy/say.h"

#include <stdbool.h>
#include <string.h>

static int host_bytes(const char *host, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = host[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      strchr("-._:", c)))
			return 0;
	}
	return len > 0;
}

/* zmq_tcp(7): tcp://[SOURCE;]HOST:PORT, HOST maybe an IPv6 address in brackets. */
static const char *endpoint_host(const char *endpoint, size_t *len)
{
	const char *host, *end;

	if (!endpoint || strncmp(endpoint, "tcp://", 6))
		return NULL;
	host = strrchr(endpoint, ';');
	host = host ? host + 1 : endpoint + 6;
	if (*host == '[') {
		host++;
		end = strchr(host, ']');
	} else {
		end = strrchr(host, ':');
	}
	if (!end)
		return NULL;
	*len = (size_t)(end - host);
	/* fe80::1%eth0: the zone means something on this machine only */
	if (memchr(host, ':', *len) && memchr(host, '%', *len))
		*len = (size_t)((const char *)memchr(host, '%', *len) - host);
	return host;
}

static int put_host(struct pol_say *say, const char *host, size_t len)
{
	if (!host || !host_bytes(host, len))
		return -1;
	pol_say_bytes(say, host, len);
	return 0;
}

/*
 * As one name of a file, from which it can be read again: what could lead elsewhere, be hidden or be read as
 * something else stands as % and two digits.
 */
static int put_file_name(struct pol_say *say, const char *name)
{
	static const char digits[] = "0123456789ABCDEF", plain[] = "@._-+=,";

	if (!name || !*name)
		return -1;
	for (const char *p = name; *p; p++) {
		unsigned char c = (unsigned char)*p;
		char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
		bool stays = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (strchr(plain, c) && !(c == '.' && p == name));

		pol_say_bytes(say, stays ? p : escaped, stays ? 1 : sizeof(escaped));
	}
	return 0;
}

/* What stands after a %; *at is left at its last byte. */
static int put_escape(struct pol_say *say, const char **at, const struct pol_values *values)
{
	const char *host = values->host;
	size_t len = 0;

	switch (**at) {
	case '%':
		pol_say(say, "%");
		return 0;
	case 'h':
		return put_host(say, host, host ? strlen(host) : 0);
	case 'H':
		host = endpoint_host(values->endpoint, &len);
		return put_host(say, host, len);
	case '{':
		if (!values->user || strncmp(*at, POL_UID, strlen(POL_UID)))
			return -1;
		pol_say_number(say, *values->user);
		*at += strlen(POL_UID) - 1;
		return 0;
	case 'p':
		if (strncmp(*at, POL_PRINCIPAL, strlen(POL_PRINCIPAL)))
			return -1;
		*at += strlen(POL_PRINCIPAL) - 1;
		return put_file_name(say, values->principal);
	default:
		return -1;
	}
}

int pol_expand(const char *template, const char *host, const char *endpoint, char *out, size_t size)
{
	return pol_expand_by(template, &(struct pol_values){.host = host, .endpoint = endpoint}, out, size);
}

int pol_expand_by(const char *template, const struct pol_values *values, char *out, size_t size)
{
	struct pol_say say;

	if (!size)
		return -1;
	say = pol_say_into(out, size);
	for (; *template; template ++) {
		if (*template != '%')
			pol_say_bytes(&say, template, 1);
		else if (template ++, put_escape(&say, &template, values))
			goto wrong;
	}
	if (!say.lossy)
		return 0;
wrong:
	out[0] = 0;
	return -1;
}
