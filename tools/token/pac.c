/* SPDX-License-Identifier: MIT */
/* The table of buffers, and the buffers that are no NDR; see pac.h. Sections are those of MS-PAC. */
#include "tools/token/pac.h"

#include "tools/token/decoders.h"
#include "tools/token/little.h"
#include "tools/token/pac_logon.h"
#include "tools/token/pac_value.h"
#include "tools/token/utf16.h"

#define BUFFERS_MOST 64 /* Windows sends 11 at the most */

enum buffer_type {
	LOGON_INFO = 1,
	CREDENTIALS_INFO = 2,
	SERVER_CHECKSUM = 6,
	KDC_CHECKSUM = 7,
	CLIENT_INFO = 10,
	DELEGATION_INFO = 11,
	UPN_DNS_INFO = 12,
	CLIENT_CLAIMS = 13,
	DEVICE_INFO = 14,
	DEVICE_CLAIMS = 15,
	TICKET_CHECKSUM = 16,
	ATTRIBUTES = 17,
	REQUESTOR = 18,
	FULL_CHECKSUM = 19,
};

static const char *const names[] = {
	[LOGON_INFO] = "logon-info",
	[CREDENTIALS_INFO] = "credentials-info",
	[SERVER_CHECKSUM] = "server-checksum",
	[KDC_CHECKSUM] = "privsvr-checksum",
	[CLIENT_INFO] = "client-info",
	[DELEGATION_INFO] = "delegation-info",
	[UPN_DNS_INFO] = "upn-dns-info",
	[CLIENT_CLAIMS] = "client-claims",
	[DEVICE_INFO] = "device-info",
	[DEVICE_CLAIMS] = "device-claims",
	[TICKET_CHECKSUM] = "ticket-checksum",
	[ATTRIBUTES] = "attributes",
	[REQUESTOR] = "requestor",
	[FULL_CHECKSUM] = "full-checksum",
};

/* 2.8: PAC_SIGNATURE_DATA. The signature itself proves a key, and says nobody anything. */
static void checksum(struct token *token, struct tr_bytes bytes)
{
	struct little in = {.all = bytes};
	int32_t type = (int32_t)little_32(&in);
	const char *word = type == -138 ? "hmac-md5"
			   : type == 15 ? "hmac-sha1-96-aes128"
			   : type == 16 ? "hmac-sha1-96-aes256"
			   : type == 19 ? "hmac-sha256-128-aes128"
			   : type == 20 ? "hmac-sha384-192-aes256"
					: NULL;

	if (in.bad)
		token_note(token, "a signature without its type");
	else
		token_signed(token, "signature_type", (struct tr_bytes){0}, type, word);
}

static void name_text(struct token *token, const char *name, struct tr_bytes bytes)
{
	token_utf16(token, name, bytes);
	token_mark(token, TOKEN_IDENTITY);
}

/* 2.7: when the client got its TGT, and who it is. */
static void client_info(struct token *token, struct tr_bytes bytes)
{
	struct little in = {.all = bytes};
	uint64_t id = little_number(&in, 8);
	struct tr_bytes name = little_bytes(&in, little_16(&in));

	pac_filetime(token, "client_id", id);
	if (in.bad)
		token_note(token, "ends before the client's name does");
	else
		name_text(token, "name", name);
}

/* A part of a buffer by length and offset, which stand there in this order. */
static struct tr_bytes part(struct little *in)
{
	size_t length = little_16(in), offset = little_16(in);

	if (offset > in->all.length || length > in->all.length - offset) {
		in->bad = true;
		return (struct tr_bytes){0};
	}
	return (struct tr_bytes){in->all.at + offset, length};
}

static void sid(struct token *token, const char *name, struct tr_bytes bytes)
{
	const char *text = pac_sid_text(token, bytes, NULL);

	if (*text)
		token_made_text(token, name, (struct tr_bytes){0}, text);
	else
		token_note(token, "%s is no SID", name);
	if (*text)
		token_mark(token, TOKEN_IDENTITY);
}

/* 2.10. Flag 2: a SAM name and a SID follow. */
static void upn_dns_info(struct token *token, struct tr_bytes bytes)
{
	static const struct token_flag flags[] = {{1, "no-upn-attribute"}, {2, "extended"}, {0}};
	struct little in = {.all = bytes};
	struct tr_bytes upn = part(&in), domain = part(&in);
	uint32_t bits = little_32(&in);

	if (!in.bad) {
		name_text(token, "upn", upn);
		name_text(token, "dns_domain", domain);
		token_flags(token, "flags", (struct tr_bytes){0}, bits, flags);
		if (bits & 2) {
			struct tr_bytes sam = part(&in), binary = part(&in);

			if (!in.bad) {
				name_text(token, "sam_name", sam);
				sid(token, "sid", binary);
			}
		}
	}
	if (in.bad)
		token_note(token, "a name is not where the buffer says");
}

/* 2.14: how many bits, then the bits. */
static void attributes(struct token *token, struct tr_bytes bytes)
{
	static const struct token_flag flags[] = {
		{1, "pac-was-requested"}, {2, "pac-was-given-implicitly"}, {0}};
	struct little in = {.all = bytes, .at = bytes.length < 4 ? bytes.length : 4};
	uint32_t bits = little_32(&in);

	if (in.bad)
		token_note(token, "attributes of %zu bytes", bytes.length);
	else
		token_flags(token, "flags", (struct tr_bytes){0}, bits, flags);
}

static void contents(struct token *token, uint32_t type, struct tr_bytes bytes)
{
	switch (type) {
	case LOGON_INFO:
		pac_logon(token, bytes);
		break;
	case SERVER_CHECKSUM:
	case KDC_CHECKSUM:
	case TICKET_CHECKSUM:
	case FULL_CHECKSUM:
		checksum(token, bytes);
		break;
	case CLIENT_INFO:
		client_info(token, bytes);
		break;
	case UPN_DNS_INFO:
		upn_dns_info(token, bytes);
		break;
	case ATTRIBUTES:
		attributes(token, bytes);
		break;
	case REQUESTOR:
		sid(token, "sid", bytes);
		break;
	default: /* that it is there says something */
		break;
	}
}

static void buffer(struct token *token, struct little *in)
{
	uint32_t type = little_32(in), size = little_32(in);
	uint64_t offset = little_number(in, 8);

	if (in->bad)
		return;
	token_begin(token, NULL, (struct tr_bytes){0});
	token_unsigned(token, "type", (struct tr_bytes){0}, type,
		       type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL);
	token_unsigned(token, "length", (struct tr_bytes){0}, size, NULL);
	if (offset > in->all.length || size > in->all.length - offset)
		token_note(token, "%u bytes at %ju, in a PAC of %zu", size, (uintmax_t)offset,
			   in->all.length);
	else
		contents(token, type, (struct tr_bytes){in->all.at + offset, size});
	token_end(token);
}

void pac_group(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct little in = {.all = bytes};
	uint32_t count = little_32(&in), version = little_32(&in);

	token_begin_list(token, name, bytes);
	if (in.bad)
		token_note(token, "a PAC of %zu bytes", bytes.length);
	else if (version)
		token_note(token, "a PAC of version %u, which nobody knows", version);
	for (uint32_t i = 0; i < count && !version && !in.bad && i < BUFFERS_MOST; i++)
		buffer(token, &in);
	if (in.bad || (count > BUFFERS_MOST && !version))
		token_note(token, "%u buffers are announced, and not all are shown", count);
	token_end(token);
}

bool dec_pac(struct token *token, struct tr_bytes bytes)
{
	struct little in = {.all = bytes};
	uint32_t count = little_32(&in), version = little_32(&in);

	if (in.bad || version || !count || count > BUFFERS_MOST)
		return false;
	pac_group(token, "pac", bytes);
	return true;
}
