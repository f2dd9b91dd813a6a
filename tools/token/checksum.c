/* SPDX-License-Identifier: MIT */
/*
 * The checksum of an authenticator. GSS-API's is none (RFC 4121, section 4.1.1): it carries the hash of the
 * channel bindings, the flags of the context and, with the first of them, a KRB-CRED; then extensions (RFC
 * 4121, section 4.1.1.2; RFC 6542).
 */
#include "tools/token/checksum.h"

#include "tools/token/kerberos.h"

#include <string.h>

enum { GSS_CHECKSUM = 0x8003, GSS_DELEG = 1 };
#define BINDINGS 16 /* bytes of MD5 */

static const struct der_word types[] = {
	{1, "crc32"},
	{7, "rsa-md5"},
	{12, "hmac-sha1-des3-kd"},
	{15, "hmac-sha1-96-aes128"},
	{16, "hmac-sha1-96-aes256"},
	{17, "cmac-camellia128"},
	{18, "cmac-camellia256"},
	{19, "hmac-sha256-128-aes128"},
	{20, "hmac-sha384-192-aes256"},
	{GSS_CHECKSUM, "GSS-API"},
	{-138, "hmac-md5"},
	{0},
};

/* GSS_C_..._FLAG of RFC 2744, and those of RFC 4757, section 7.1. */
static const struct token_flag gss_flags[] = {
	{1, "deleg"},
	{2, "mutual"},
	{4, "replay"},
	{8, "sequence"},
	{16, "conf"},
	{32, "integ"},
	{64, "anon"},
	{128, "prot_ready"},
	{256, "trans"},
	{0x800, "channel_bound"},
	{0x1000, "dce_style"},
	{0x2000, "identify"},
	{0x4000, "extended_error"},
	{0x8000, "deleg_policy"},
	{0},
};

static uint32_t little(struct tr_bytes bytes, size_t at, size_t count)
{
	uint32_t number = 0;

	for (size_t i = count; i--;)
		number = number << 8 | bytes.at[at + i];
	return number;
}

static void extensions(struct token *token, struct tr_bytes rest)
{
	while (rest.length >= 8) {
		uint32_t type = 0, length = 0;

		for (size_t i = 0; i < 4; i++) {
			type = type << 8 | rest.at[i];
			length = length << 8 | rest.at[4 + i];
		}
		rest.at += 8;
		rest.length -= 8;
		if (length > rest.length) {
			token_note(token, "an extension of %u bytes, where %zu are left", length,
				   rest.length);
			length = (uint32_t)rest.length;
		}
		token_begin(token, NULL, (struct tr_bytes){0});
		token_unsigned(token, "type", (struct tr_bytes){0}, type,
			       type == 2 ? "GSS_EXTS_FINISHED" : NULL);
		token_bytes(token, "data", (struct tr_bytes){rest.at, length});
		token_end(token);
		rest.at += length;
		rest.length -= length;
	}
	if (rest.length)
		token_note(token, "%zu bytes after the last extension", rest.length);
}

/* Option and length, two bytes each, then a KRB-CRED. */
static struct tr_bytes delegation(struct token *token, struct tr_bytes rest)
{
	uint32_t length;

	if (rest.length < 4) {
		token_note(token, "a credential is announced, and is not there");
		return (struct tr_bytes){0};
	}
	length = little(rest, 2, 2);
	token_begin(token, "delegated", (struct tr_bytes){0});
	token_unsigned(token, "option", (struct tr_bytes){0}, little(rest, 0, 2), NULL);
	token_unsigned(token, "length", (struct tr_bytes){0}, length, NULL);
	rest.at += 4;
	rest.length -= 4;
	if (length > rest.length) {
		token_note(token, "a credential of %u bytes, where %zu are left", length, rest.length);
		length = (uint32_t)rest.length;
	}
	kerberos_cred(token, (struct tr_bytes){rest.at, length});
	token_end(token);
	return (struct tr_bytes){rest.at + length, rest.length - length};
}

static void gss_checksum(struct token *token, struct tr_bytes bytes)
{
	static const uint8_t none[BINDINGS];
	struct tr_bytes rest = {bytes.at + 24, bytes.length - 24};

	if (little(bytes, 0, 4) != BINDINGS)
		token_note(token, "the channel bindings' hash has %u bytes, not 16", little(bytes, 0, 4));
	if (!memcmp(bytes.at + 4, none, BINDINGS))
		token_made_text(token, "channel_bindings", (struct tr_bytes){0}, "none");
	else
		token_bytes(token, "channel_bindings", (struct tr_bytes){bytes.at + 4, BINDINGS});
	token_flags(token, "flags", (struct tr_bytes){0}, little(bytes, 20, 4), gss_flags);
	if (little(bytes, 20, 4) & GSS_DELEG)
		rest = delegation(token, rest);
	if (!rest.length)
		return;
	token_begin_list(token, "extensions", (struct tr_bytes){0});
	extensions(token, rest);
	token_end(token);
}

static void type(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_named(token, name, bytes, "a checksum's type", types);
}

static void value(struct token *token, const char *name, struct tr_bytes bytes)
{
	const struct token_node *number = token_find(token, token->current, "cksumtype");
	struct der der;

	if (!number || (int64_t)number->number != GSS_CHECKSUM || !der_is(bytes, DER_OCTET_STRING) ||
	    !der_peek(bytes, &der)) {
		der_octets(token, name, bytes);
	} else if (der.body.length < 24) {
		token_bytes(token, name, der.body);
		token_note(token, "GSS-API's checksum has 24 bytes at least, and this one %zu",
			   der.body.length);
	} else {
		token_begin(token, "gss", (struct tr_bytes){0});
		gss_checksum(token, der.body);
		token_end(token);
	}
}

static const struct der_field fields[] = {
	{0, "cksumtype", type},
	{1, "checksum", value},
	{0},
};

void checksum_group(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_group(token, name, bytes, fields);
}
