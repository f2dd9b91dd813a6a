/* SPDX-License-Identifier: MIT */
/*
 * Addresses of peers, and the networks that a rule has them in. All are looked at as IPv6, where IPv4's are
 * those of ::ffff:0:0/96 (RFC 4291, section 2.5.5.2). Linked into the shim.
 */
#include "policy/policy.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#define V4 96 /* bits before an IPv4 address */

struct net {
	uint8_t bytes[16];
	unsigned prefix;
};

/* A decimal number that ends at `end`. False: it is none, or too large. */
static bool number(const char *text, const char *end, uint64_t most, uint64_t *out)
{
	*out = 0;
	if (text == end)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		*out = 10 * *out + (unsigned)(*text - '0');
		if (*out > most)
			return false;
	}
	return true;
}

static bool parse_ip(const char *text, size_t length, struct net *net)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	char copy[64];

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = 0;
	net->prefix = 128;
	if (inet_pton(AF_INET6, copy, net->bytes) == 1)
		return true;
	memcpy(net->bytes, mapped, sizeof(mapped));
	return inet_pton(AF_INET, copy, net->bytes + sizeof(mapped)) == 1;
}

static bool is_v4(const struct net *net)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return !memcmp(net->bytes, mapped, sizeof(mapped));
}

static bool parse_net(const char *text, struct net *net)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	bool v4 = !memchr(text, ':', length);
	uint64_t prefix;

	if (!parse_ip(text, length, net))
		return false;
	if (!slash)
		return true;
	if (!number(slash + 1, slash + strlen(slash), v4 ? 32 : 128, &prefix))
		return false;
	net->prefix = (unsigned)prefix + (v4 ? V4 : 0);
	return true;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned count)
{
	unsigned rest = count % 8;

	return !memcmp(a, b, count / 8) && (!rest || !((a[count / 8] ^ b[count / 8]) >> (8 - rest)));
}

/* "uid=1000" or "gid=100" of a peer "localhost:UID:GID:PID"; "": any. */
static const char *const ids[] = {"uid=", "gid="};

static bool parse_id(const char *text, unsigned *which, uint64_t *id)
{
	for (*which = 0; *which < 2; ++*which)
		if (!strncmp(text, ids[*which], 4))
			return number(text + 4, text + strlen(text), UINT32_MAX, id);
	return false;
}

static bool is_local(const char *address)
{
	return !strncmp(address, "localhost:", 10);
}

static bool local_matches(const char *pattern, const char *address)
{
	uint64_t wanted, id;
	unsigned which;
	const char *end;

	if (!is_local(address))
		return false;
	if (!pattern[3])
		return true;
	if (!parse_id(pattern + 4, &which, &wanted))
		return false;
	for (address += 10;; address = end + 1) {
		end = address + strcspn(address, ":");
		if (!which--)
			return number(address, end, UINT32_MAX, &id) && id == wanted;
		if (!*end)
			return false;
	}
}

int pol_is_address(const char *pattern)
{
	struct net net;
	unsigned which;
	uint64_t id;

	if (!strcmp(pattern, "all") || !strcmp(pattern, "ipc"))
		return 1;
	if (!strncmp(pattern, "ipc:", 4))
		return parse_id(pattern + 4, &which, &id);
	return parse_net(pattern, &net);
}

int pol_match_address(const char *pattern, const char *address)
{
	struct net net, peer;

	if (!strcmp(pattern, "all"))
		return *address != 0;
	if (!strncmp(pattern, "ipc", 3))
		return local_matches(pattern, address);
	if (!parse_net(pattern, &net) || !parse_ip(address, strcspn(address, "%"), &peer))
		return 0;
	/* A network of IPv6 that is as large as that holds none of IPv4's. */
	return (net.prefix >= V4 || !is_v4(&peer)) && same_bits(net.bytes, peer.bytes, net.prefix);
}

int pol_address_is_loose(const char *pattern)
{
	struct net net;

	if (!parse_net(pattern, &net))
		return 0;
	for (unsigned i = net.prefix; i < 128; i++)
		if (net.bytes[i / 8] >> (7 - i % 8) & 1)
			return 1;
	return 0;
}
