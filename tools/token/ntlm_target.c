/* SPDX-License-Identifier: MIT */
/* What the messages of NTLM are made of: AV pairs, times, versions, flags. See ntlm_target.h. */
#include "tools/token/bytes.h"
#include "tools/token/ntlm_target.h"
#include "tools/token/utf16.h"

#define TO_1970 11644473600 /* seconds from 1601 */

const struct token_flag ntlm_flags[] = {
	{0x00000001, "unicode"},
	{0x00000002, "oem"},
	{0x00000004, "request-target"},
	{0x00000010, "sign"},
	{0x00000020, "seal"},
	{0x00000040, "datagram"},
	{0x00000080, "lm-key"},
	{0x00000200, "ntlm"},
	{0x00000800, "anonymous"},
	{0x00001000, "domain-supplied"},
	{0x00002000, "workstation-supplied"},
	{0x00008000, "always-sign"},
	{0x00010000, "target-is-domain"},
	{0x00020000, "target-is-server"},
	{0x00080000, "extended-session-security"},
	{0x00100000, "identify"},
	{0x00400000, "non-nt-session-key"},
	{0x00800000, "target-info"},
	{0x02000000, "version"},
	{0x20000000, "128"},
	{0x40000000, "key-exchange"},
	{0x80000000, "56"},
	{0},
};

static const struct token_flag av_flags[] = {
	{1, "constrained"},
	{2, "mic-present"},
	{4, "untrusted-spn"},
	{0},
};

void ntlm_time(struct token *token, const char *name, struct tr_bytes bytes)
{
	uint64_t units = little_at(bytes, 0, 8);

	if (bytes.length != 8)
		token_bytes(token, name, bytes);
	else
		token_time(token, name, bytes, (int64_t)(units / 10000000) - TO_1970,
			   (uint32_t)(units % 10000000 / 10));
}

void ntlm_version(struct token *token, struct tr_bytes bytes)
{
	if (bytes.length == 8)
		token_made_text(token, "version", bytes,
				token_print(token, "%u.%u build %u, NTLM revision %u", bytes.at[0],
					    bytes.at[1], (unsigned)little_at(bytes, 2, 2), bytes.at[7]));
}

enum { AV_END, AV_FLAGS = 6, AV_TIME, AV_SINGLE_HOST, AV_TARGET, AV_BINDINGS, AV_COUNT };

static const char *const av_names[AV_COUNT] = {
	[1] = "computer",	 [2] = "domain",
	[3] = "dns_computer",	 [4] = "dns_domain",
	[5] = "dns_forest",	 [AV_FLAGS] = "flags",
	[AV_TIME] = "timestamp", [AV_SINGLE_HOST] = "single_host",
	[AV_TARGET] = "target",	 [AV_BINDINGS] = "channel_bindings_md5",
};

static void pair(struct token *token, unsigned id, struct tr_bytes value)
{
	switch (id) {
	case AV_FLAGS:
		if (value.length == 4) {
			token_flags(token, av_names[id], value, (uint32_t)little_at(value, 0, 4), av_flags);
			break;
		}
		/* fall through */
	case AV_SINGLE_HOST:
	case AV_BINDINGS:
		token_bytes(token, av_names[id], value);
		break;
	case AV_TIME:
		ntlm_time(token, av_names[id], value);
		break;
	default:
		token_utf16(token, av_names[id], value);
		token_mark(token, TOKEN_IDENTITY);
	}
}

void ntlm_target_info(struct token *token, const char *name, struct tr_bytes bytes)
{
	uint32_t seen = 0;
	uint64_t at = 0;

	token_begin(token, name, bytes);
	for (;;) {
		unsigned id = (unsigned)little_at(bytes, at, 2);
		uint64_t length = little_at(bytes, at + 2, 2);

		if (!bytes_have(bytes, at, 4) || !bytes_have(bytes, at + 4, length)) {
			token_note(token, "ends before the last of its pairs");
			break;
		}
		if (id == AV_END)
			break;
		if (id < AV_COUNT && !(seen & 1u << id))
			pair(token, id, bytes_at(bytes, at + 4, length));
		else
			token_bytes(token, token_print(token, "pair_%u_at_%ju", id, (uintmax_t)at),
				    bytes_at(bytes, at + 4, length));
		seen |= id < AV_COUNT ? 1u << id : 0;
		at += 4 + length;
	}
	token_end(token);
}
