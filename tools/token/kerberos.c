/* SPDX-License-Identifier: MIT */
/* Principals, tickets and encrypted parts; see kerberos.h. */
#include "tools/token/kerberos.h"
#include "tools/names/names.h"

#include <string.h>

static const struct der_word name_types[] = {
	{0, "NT-UNKNOWN"},
	{1, "NT-PRINCIPAL"},
	{2, "NT-SRV-INST"},
	{3, "NT-SRV-HST"},
	{4, "NT-SRV-XHST"},
	{5, "NT-UID"},
	{6, "NT-X500-PRINCIPAL"},
	{7, "NT-SMTP-NAME"},
	{10, "NT-ENTERPRISE"},
	{11, "NT-WELLKNOWN"},
	{12, "NT-SRV-HST-DOMAIN"},
	{-128, "NT-MS-PRINCIPAL"},
	{0},
};

/* How many bytes the components come to; 2 for each that is quoted, as krb5_unparse_name does. */
static size_t unparsed(struct token *token, struct tr_bytes strings, char *to)
{
	struct der sequence, component;
	size_t used = 0;
	bool more = false;

	if (!der_expect(token, &strings, DER_SEQUENCE, "a name's components", &sequence))
		return 0;
	for (; der_next(token, &sequence.body, &component); more = true) {
		if (more && to)
			to[used] = '/';
		used += more;
		for (size_t i = 0; i < component.body.length; i++) {
			char c = (char)component.body.at[i];

			if (c && strchr("/@\\", c)) {
				if (to)
					to[used] = '\\';
				used++;
			}
			if (to)
				to[used] = c ? c : '0'; /* a NUL ends no name here either */
			used++;
		}
	}
	return used;
}

static void type_of_name(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_named(token, token_print(token, "%s_type", name), bytes, "a name type", name_types);
}

void kerberos_principal(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct der sequence, element;
	struct tr_bytes rest = bytes;
	bool named = false, typed = false;

	if (!der_expect(token, &rest, DER_SEQUENCE, "a principal's name", &sequence)) {
		token_bytes(token, name, bytes);
		return;
	}
	while (der_next(token, &sequence.body, &element)) {
		if (element.first == DER_CONTEXT && name && !typed) {
			type_of_name(token, name, element.body);
			typed = true;
		} else if (element.first == DER_CONTEXT + 1 && !named) {
			size_t length = unparsed(token, element.body, NULL);
			char *text = token_room(token, length + 1);

			if (!text)
				return;
			unparsed(token, element.body, text);
			text[length] = 0;
			token_made_text(token, name, element.body, text);
			token_mark(token, TOKEN_IDENTITY);
			named = true;
		}
	}
	if (!named)
		token_note(token, "%s has no components", name ? name : "a name");
}

static const char *enctype_name(struct token *token, int64_t number)
{
	const char *name = number < 0 ? NULL : name_of(TR_TYPE_ENCTYPE, (uint64_t)number);

	return name ? token_print(token, "%s", name) : NULL;
}

void kerberos_enctype(struct token *token, const char *name, struct tr_bytes bytes)
{
	int64_t number;

	if (der_get_integer(token, bytes, "an encryption type", &number))
		token_signed(token, name, bytes, number, enctype_name(token, number));
	else
		token_bytes(token, name, bytes);
}

void kerberos_enctypes(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_list(token, name, bytes, kerberos_enctype);
}

static const struct der_field encrypted[] = {
	{0, "etype", kerberos_enctype},
	{1, "kvno", der_integer},
	{2, "cipher", der_sealed},
	{0},
};

void kerberos_encrypted(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_group(token, name, bytes, encrypted);
}

bool kerberos_body(struct token *token, struct tr_bytes bytes, unsigned first, const char *what,
		   struct tr_bytes *body)
{
	struct der der;

	if (!der_expect(token, &bytes, first, what, &der))
		return false;
	*body = der.body;
	if (bytes.length)
		token_bytes(token, "after_the_message", bytes);
	return true;
}

void kerberos_message(struct token *token, const char *name, const char *title, struct tr_bytes bytes,
		      unsigned first, const struct der_field *fields)
{
	struct tr_bytes body;

	token_begin_message(token, name, title, bytes);
	if (kerberos_body(token, bytes, first, title, &body))
		der_sequence(token, body, fields);
	token_end(token);
}

static const struct der_field ticket[] = {
	{0, "tkt_vno", der_integer},
	{1, "realm", der_identity},
	{2, "sname", kerberos_principal},
	{3, "enc_part", kerberos_encrypted},
	{0},
};

void kerberos_ticket(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct tr_bytes body;

	token_begin(token, name, bytes);
	if (kerberos_body(token, bytes, KERBEROS_TICKET, "a ticket", &body))
		der_sequence(token, body, ticket);
	token_end(token);
}

void kerberos_tickets(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_list(token, name, bytes, kerberos_ticket);
}

void kerberos_message_type(struct token *token, const char *name, struct tr_bytes bytes)
{
	static const char *const names[] = {
		[10] = "AS-REQ",   [11] = "AS-REP",   [12] = "TGS-REQ",	 [13] = "TGS-REP",
		[14] = "AP-REQ",   [15] = "AP-REP",   [16] = "TGT-REQ",	 [17] = "TGT-REP",
		[20] = "KRB-SAFE", [21] = "KRB-PRIV", [22] = "KRB-CRED", [30] = "KRB-ERROR",
	};
	int64_t number;

	if (!der_get_integer(token, bytes, "a message's type", &number))
		return;
	token_signed(token, name, bytes, number,
		     number >= 0 && number < (int64_t)(sizeof(names) / sizeof(names[0])) ? names[number]
											 : NULL);
}
