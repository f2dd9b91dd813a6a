/* SPDX-License-Identifier: MIT */
/* Tickets, authenticators, AP-REPs and delegated credentials from the inside; see opened.h. */
#include "tools/token/opened.h"

#include "tools/token/authorization.h"
#include "tools/token/checksum.h"
#include "tools/token/decoders.h"

#include <arpa/inet.h>

/* RFC 4120, section 2; enc-pa-rep: RFC 6806; anonymous: RFC 8062. */
const struct token_flag opened_ticket_flags[] = {
	{0x40000000, "forwardable"},	{0x20000000, "forwarded"},
	{0x10000000, "proxiable"},	{0x08000000, "proxy"},
	{0x04000000, "may-postdate"},	{0x02000000, "postdated"},
	{0x01000000, "invalid"},	{0x00800000, "renewable"},
	{0x00400000, "initial"},	{0x00200000, "pre-authent"},
	{0x00100000, "hw-authent"},	{0x00080000, "transited-policy-checked"},
	{0x00040000, "ok-as-delegate"}, {0x00010000, "enc-pa-rep"},
	{0x00008000, "anonymous"},	{0},
};

static void flags(struct token *token, const char *name, struct tr_bytes bytes)
{
	uint32_t bits;

	if (der_get_bits(token, bytes, "a ticket's flags", &bits))
		token_flags(token, name, bytes, bits, opened_ticket_flags);
}

/* EncryptionKey: its first field alone. */
static void key(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct der sequence, element;

	token_begin(token, name, (struct tr_bytes){0});
	if (der_expect(token, &bytes, DER_SEQUENCE, "a key", &sequence) &&
	    der_expect(token, &sequence.body, DER_CONTEXT, "a key's type", &element))
		kerberos_enctype(token, "enctype", element.body);
	token_end(token);
}

static const struct der_field transited_fields[] = {
	{0, "tr_type", der_integer},
	{1, "contents", der_string},
	{0},
};

static void transited(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_group(token, name, bytes, transited_fields);
}

/* RFC 4120, section 7.5.3. */
enum { ADDRESS_IPV4 = 2, ADDRESS_NETBIOS = 20, ADDRESS_IPV6 = 24 };

static void address_type(struct token *token, const char *name, struct tr_bytes bytes)
{
	int64_t type;

	if (der_get_integer(token, bytes, "an address's type", &type))
		token_signed(token, name, bytes, type,
			     type == ADDRESS_IPV4      ? "IPv4"
			     : type == ADDRESS_NETBIOS ? "NetBIOS"
			     : type == ADDRESS_IPV6    ? "IPv6"
						       : NULL);
}

static void address_text(struct token *token, const char *name, struct tr_bytes bytes)
{
	const struct token_node *node = token_find(token, token->current, "addr_type");
	int64_t type = node ? (int64_t)node->number : 0;
	char text[INET6_ADDRSTRLEN];
	struct der der;

	if (der_is(bytes, DER_OCTET_STRING) && der_peek(bytes, &der) && der.length == der.body.length &&
	    ((type == ADDRESS_IPV4 && der.length == 4) || (type == ADDRESS_IPV6 && der.length == 16)) &&
	    inet_ntop(type == ADDRESS_IPV4 ? AF_INET : AF_INET6, der.body.at, text, sizeof(text)))
		token_made_text(token, name, bytes, token_print(token, "%s", text));
	else if (type == ADDRESS_NETBIOS)
		der_string(token, name, bytes);
	else
		der_octets(token, name, bytes);
	token_mark(token, TOKEN_IDENTITY);
}

static const struct der_field address_fields[] = {
	{0, "addr_type", address_type},
	{1, "address", address_text},
	{0},
};

static void address(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_group(token, name, bytes, address_fields);
}

static void addresses(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_list(token, name, bytes, address);
}

/* UInt32, which older implementations write as a signed number. */
static void sequence_number(struct token *token, const char *name, struct tr_bytes bytes)
{
	int64_t number;

	if (der_get_integer(token, bytes, "a sequence number", &number))
		token_unsigned(token, name, bytes, (uint32_t)number, NULL);
}

static const struct der_field ticket_part[] = {
	{0, "flags", flags},
	{1, "session_key", key},
	{2, "crealm", der_identity},
	{3, "cname", kerberos_principal},
	{4, "transited", transited},
	{5, "authtime", der_time},
	{6, "starttime", der_time},
	{7, "endtime", der_time},
	{8, "renew_till", der_time},
	{9, "caddr", addresses},
	{10, "authorization_data", authorization_list},
	{0},
};

static const struct der_field authenticator_part[] = {
	{0, "authenticator_vno", der_integer},
	{1, "crealm", der_identity},
	{2, "cname", kerberos_principal},
	{3, "cksum", checksum_group},
	{4, "cusec", der_integer},
	{5, "ctime", der_time},
	{6, "subkey", key},
	{7, "seq_number", sequence_number},
	{8, "authorization_data", authorization_list},
	{0},
};

static const struct der_field ap_rep_part[] = {
	{0, "ctime", der_time},
	{1, "cusec", der_integer},
	{2, "subkey", key},
	{3, "seq_number", sequence_number},
	{0},
};

static const struct der_field cred_info_fields[] = {
	{0, "key", key},
	{1, "prealm", der_identity},
	{2, "pname", kerberos_principal},
	{3, "flags", flags},
	{4, "authtime", der_time},
	{5, "starttime", der_time},
	{6, "endtime", der_time},
	{7, "renew_till", der_time},
	{8, "srealm", der_identity},
	{9, "sname", kerberos_principal},
	{10, "caddr", addresses},
	{0},
};

static void cred_info(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_group(token, name, bytes, cred_info_fields);
}

static void cred_infos(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_list(token, name, bytes, cred_info);
}

static const struct der_field cred_part[] = {
	{0, "ticket_info", cred_infos},
	{1, "nonce", der_integer},
	{2, "timestamp", der_time},
	{3, "usec", der_integer},
	{4, "s_address", address},
	{5, "r_address", address},
	{0},
};

static const struct {
	enum opened_part part;
	const char *name;
	const struct der_field *fields;
	unsigned key; /* the tag of its key; 0 where it has none of its own */
} parts[] = {
	{OPENED_TICKET, "enc_ticket_part", ticket_part, DER_CONTEXT + 1},
	{OPENED_AUTHENTICATOR, "authenticator", authenticator_part, DER_CONTEXT + 6},
	{OPENED_AP_REP, "enc_ap_rep_part", ap_rep_part, DER_CONTEXT + 2},
	{OPENED_CRED, "enc_krb_cred_part", cred_part, 0},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

void opened_part(struct token *token, const char *name, struct tr_bytes bytes, enum opened_part part)
{
	bool before = token->opened;
	struct der der;

	token->opened = true;
	token_begin(token, name, (struct tr_bytes){0});
	/* What follows is padding: encryption to a multiple of a block leaves it there. */
	if (der_expect(token, &bytes, part, name, &der))
		for (size_t i = 0; i < PARTS; i++)
			if (parts[i].part == part)
				der_sequence(token, der.body, parts[i].fields);
	token_end(token);
	token->opened = before;
}

/* The body of the first element of this tag. */
static bool element_of(struct tr_bytes rest, unsigned first, struct tr_bytes *body)
{
	struct der der;

	while (der_peek(rest, &der)) {
		rest.at += der.whole.length;
		rest.length -= der.whole.length;
		*body = der.body;
		if (der.first == first)
			return true;
	}
	return false;
}

bool opened_key(struct tr_bytes bytes, enum opened_part part, int64_t *enctype, struct tr_bytes *value)
{
	struct tr_bytes type, number;
	unsigned tag = 0;

	for (size_t i = 0; i < PARTS; i++)
		if (parts[i].part == part)
			tag = parts[i].key;
	if (!tag || !element_of(bytes, part, &bytes) || !element_of(bytes, DER_SEQUENCE, &bytes) ||
	    !element_of(bytes, tag, &bytes) || !element_of(bytes, DER_SEQUENCE, &bytes) ||
	    !element_of(bytes, DER_CONTEXT, &type) || !element_of(type, DER_INTEGER, &number) ||
	    !number.length || number.length > 4 || !element_of(bytes, DER_CONTEXT + 1, &bytes))
		return false;
	*enctype = number.at[0] & 0x80 ? -1 : 0;
	for (size_t i = 0; i < number.length; i++)
		*enctype = (int64_t)((uint64_t)*enctype << 8 | number.at[i]);
	return element_of(bytes, DER_OCTET_STRING, value);
}

bool dec_opened(struct token *token, struct tr_bytes bytes)
{
	for (size_t i = 0; i < PARTS; i++)
		if (der_is(bytes, parts[i].part)) {
			opened_part(token, parts[i].name, bytes, parts[i].part);
			return true;
		}
	return false;
}
