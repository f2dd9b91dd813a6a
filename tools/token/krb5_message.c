/* SPDX-License-Identifier: MIT */
/*
 * Kerberos' messages: Wrap, MIC and delete of RFC 4121 (section 4.2), and those of RFC 1964 (section 1.2),
 * which RC4 and DES still use. What they protect is not opened here.
 */
#include "tools/token/krb5_message.h"

#include "tools/token/decoders.h"

enum { ID_MIC = 0x0404, ID_WRAP = 0x0504, ID_DELETE = 0x0405 };
#define HEAD 16 /* bytes */

static const struct token_flag message_flags[] = {
	{1, "sent-by-acceptor"},
	{2, "sealed"},
	{4, "acceptor-subkey"},
	{0},
};

static uint64_t number(const uint8_t *at, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

static void field(struct token *token, const char *name, const uint8_t *at, size_t bytes)
{
	token_unsigned(token, name, (struct tr_bytes){at, bytes}, number(at, bytes), NULL);
}

static void filler(struct token *token, const uint8_t *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (at[i] != 0xff) {
			token_bytes(token, "filler", (struct tr_bytes){at, bytes});
			token_note(token, "the filler is not all 0xff");
			return;
		}
}

/* Is all that is there of the head's filler 0xff? The id alone, two bytes, is also that of a ticket cache (as
 * Wrap's) and of ZMTP's PONG (as a delete token's). */
static bool has_filler(struct tr_bytes bytes, size_t size)
{
	size_t at = 3;

	while (at < bytes.length && at < 3 + size && bytes.at[at] == 0xff)
		at++;
	return at > 3 && (at == bytes.length || at == 3 + size);
}

static void wrap_4121(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes body = {bytes.at + HEAD, bytes.length - HEAD};
	uint64_t ec = number(bytes.at + 4, 2), rrc = number(bytes.at + 6, 2);

	token_unsigned(token, "ec", (struct tr_bytes){bytes.at + 4, 2}, ec, NULL);
	token_unsigned(token, "rrc", (struct tr_bytes){bytes.at + 6, 2}, rrc, NULL);
	field(token, "seq", bytes.at + 8, 8);
	if (bytes.at[2] & 2) {
		token_sealed(token, "cipher", body, body.length);
	} else {
		/* Only authenticated: text and checksum, to be read after they were rotated back by rrc. */
		if (ec > body.length)
			token_note(token, "a checksum of %ju bytes, where %zu are left", (uintmax_t)ec,
				   body.length);
		else if (token->length <= token->bytes.length)
			token_unsigned(token, "clear_bytes", body, body.length - ec, NULL);
		token_sealed(token, "body", body, body.length);
	}
}

static void mic_4121(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes checksum = {bytes.at + HEAD, bytes.length - HEAD};

	field(token, "seq", bytes.at + 8, 8);
	token_sealed(token, "checksum", checksum, checksum.length);
}

bool dec_krb5_message(struct token *token, struct tr_bytes bytes)
{
	unsigned id = bytes.length < 2 ? 0 : (unsigned)number(bytes.at, 2);

	if ((id != ID_MIC && id != ID_WRAP && id != ID_DELETE) || !has_filler(bytes, id == ID_WRAP ? 1 : 5))
		return false;
	if (id == ID_WRAP)
		token_begin_message(token, "wrap", "Wrap", bytes);
	else if (id == ID_MIC)
		token_begin_message(token, "mic", "MIC", bytes);
	else
		token_begin_message(token, "delete", "delete", bytes);
	if (bytes.length < HEAD) {
		token_note(token, "a head of %d bytes, of which %zu are there", HEAD, bytes.length);
		token_bytes(token, "head", bytes);
	} else {
		token_flags(token, "flags", (struct tr_bytes){bytes.at + 2, 1}, bytes.at[2], message_flags);
		if (id == ID_WRAP)
			wrap_4121(token, bytes);
		else
			mic_4121(token, bytes);
	}
	token_end(token);
	return true;
}

enum { DES3_KD = 0x0400 }; /* SGN_ALG; all others have 8 bytes of checksum, this one 20 */

/* SGN_ALG and SEAL_ALG: little endian, as RFC 1964 writes them; RFC 4757, section 7.3. */
static const char *algorithm(unsigned number, bool seal)
{
	switch (number) {
	case 0x0000:
		return seal ? "DES" : "DES MAC MD5";
	case 0x0100:
		return seal ? NULL : "MD2.5";
	case 0x0200:
		return seal ? "DES3-KD" : "DES MAC";
	case DES3_KD:
		return seal ? NULL : "HMAC SHA1 DES3-KD";
	case 0x1000:
		return seal ? "RC4" : NULL;
	case 0x1100:
		return seal ? NULL : "HMAC MD5 (RC4)";
	case 0xffff:
		return seal ? "none" : NULL;
	default:
		return NULL;
	}
}

static void checksum_1964(struct token *token, size_t length, bool wrap, struct tr_bytes rest)
{
	struct tr_bytes checksum = {rest.at, rest.length < length ? rest.length : length};

	token_sealed(token, "sgn_cksum", checksum, length);
	if (checksum.length < length)
		token_note(token, "a checksum of %zu bytes, of which %zu are there", length, checksum.length);
	rest = (struct tr_bytes){rest.at + checksum.length, rest.length - checksum.length};
	if (rest.length)
		token_sealed(token, wrap ? "data" : "after_the_checksum", rest, rest.length);
}

void krb5_message_1964(struct token *token, unsigned id, struct tr_bytes inner)
{
	bool wrap = id == 0x0201;
	unsigned sign, seal;

	token_begin_message(token,
			    wrap	   ? "wrap"
			    : id == 0x0101 ? "mic"
					   : "delete",
			    wrap	   ? "Wrap (RFC 1964)"
			    : id == 0x0101 ? "MIC (RFC 1964)"
					   : "delete (RFC 1964)",
			    inner);
	if (inner.length < 22) {
		token_note(token, "a head of 22 bytes, of which %zu are there", inner.length);
		token_bytes(token, "head", inner);
		token_end(token);
		return;
	}
	sign = (unsigned)number(inner.at, 2);
	seal = (unsigned)number(inner.at + 2, 2);
	token_unsigned(token, "sgn_alg", (struct tr_bytes){inner.at, 2}, sign, algorithm(sign, false));
	if (wrap) {
		token_unsigned(token, "seal_alg", (struct tr_bytes){inner.at + 2, 2}, seal,
			       algorithm(seal, true));
		filler(token, inner.at + 4, 2);
	} else {
		filler(token, inner.at + 2, 4);
	}
	/* Sequence number and direction are encrypted. */
	token_sealed(token, "snd_seq", (struct tr_bytes){inner.at + 6, 8}, 8);
	checksum_1964(token, sign == DES3_KD ? 20 : 8, wrap,
		      (struct tr_bytes){inner.at + 14, inner.length - 14});
	token_end(token);
}
