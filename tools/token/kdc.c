/* SPDX-License-Identifier: MIT */
/*
 * What a client and its KDC say to each other (RFC 4120, section 5.4): AS-REQ, AS-REP, TGS-REQ, TGS-REP.
 * GSSAPI sees it in IAKERB's tokens only.
 */
#include "tools/names/names.h"
#include "tools/token/kdc.h"
#include "tools/token/kerberos.h"

static const struct token_flag options[] = {
	{0x40000000, "forwardable"},
	{0x20000000, "forwarded"},
	{0x10000000, "proxiable"},
	{0x08000000, "proxy"},
	{0x04000000, "allow-postdate"},
	{0x02000000, "postdated"},
	{0x00800000, "renewable"},
	{0x00020000, "cname-in-addl-tkt"},
	{0x00010000, "canonicalize"},
	{0x00008000, "anonymous"},
	{0x00000020, "disable-transited-check"},
	{0x00000010, "renewable-ok"},
	{0x00000008, "enc-tkt-in-skey"},
	{0x00000002, "renew"},
	{0x00000001, "validate"},
	{0},
};

static void kdc_options(struct token *token, const char *name, struct tr_bytes bytes)
{
	uint32_t bits;

	if (der_get_bits(token, bytes, "a KDC request's options", &bits))
		token_flags(token, name, bytes, bits, options);
}

/* IANA's registry of pre-authentication and typed data: those that are met. */
static const char *padata_name(int64_t type)
{
	switch (type) {
	case 1:
		return "PA-TGS-REQ";
	case 2:
		return "PA-ENC-TIMESTAMP";
	case 3:
		return "PA-PW-SALT";
	case 11:
		return "PA-ETYPE-INFO";
	case 16:
		return "PA-PK-AS-REQ";
	case 17:
		return "PA-PK-AS-REP";
	case 19:
		return "PA-ETYPE-INFO2";
	case 128:
		return "PA-PAC-REQUEST";
	case 129:
		return "PA-FOR-USER";
	case 130:
		return "PA-FOR-X509-USER";
	case 133:
		return "PA-FX-COOKIE";
	case 136:
		return "PA-FX-FAST";
	case 137:
		return "PA-FX-ERROR";
	case 138:
		return "PA-ENCRYPTED-CHALLENGE";
	case 147:
		return "PA-PKINIT-KX";
	case 149:
		return "PA-REQ-ENC-PA-REP";
	case 150:
		return "PA-AS-FRESHNESS";
	case 151:
		return "PA-SPAKE";
	case 165:
		return "PA-SUPPORTED-ETYPES";
	case 167:
		return "PA-PAC-OPTIONS";
	default:
		return NULL;
	}
}

enum { TGS_REQ_DATA = 1 };

static void padata_type(struct token *token, const char *name, struct tr_bytes bytes)
{
	int64_t type;

	if (der_get_integer(token, bytes, "padata-type", &type))
		token_signed(token, name, bytes, type, padata_name(type));
	else
		token_bytes(token, name, bytes);
}

/* Only PA-TGS-REQ, an AP-REQ for the KDC, is looked into; others may be proofs of a key. */
static void padata_value(struct token *token, const char *name, struct tr_bytes bytes)
{
	const struct token_node *type = token_find(token, token->current, "type");
	struct tr_bytes rest = bytes;
	struct der der;

	if (type && type->number == TGS_REQ_DATA && der_is(bytes, DER_OCTET_STRING) &&
	    der_next(token, &rest, &der) && der_is(der.body, KERBEROS_AP_REQ))
		kerberos_ap_req(token, der.body);
	else
		der_sealed(token, name, bytes);
}

static const struct der_field padata[] = {
	{1, "type", padata_type},
	{2, "value", padata_value},
	{0},
};

static void one_padata(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_group(token, name, bytes, padata);
}

void kdc_padata(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_list(token, name, bytes, one_padata);
}

static const struct der_field req_body[] = {
	{0, "kdc_options", kdc_options},
	{1, "cname", kerberos_principal},
	{2, "realm", der_identity},
	{3, "sname", kerberos_principal},
	{4, "from", der_time},
	{5, "till", der_time},
	{6, "rtime", der_time},
	{7, "nonce", der_integer},
	{8, "etype", kerberos_enctypes},
	{9, "addresses", der_bytes},
	{10, "enc_authorization_data", kerberos_encrypted},
	{11, "additional_tickets", kerberos_tickets},
	{0},
};

static void body(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_group(token, name, bytes, req_body);
}

static const struct der_field request[] = {
	{1, "pvno", der_integer},
	{2, "msg_type", kerberos_message_type},
	{3, "padata", kdc_padata},
	{4, "req_body", body},
	{0},
};

static const struct der_field reply[] = {
	{0, "pvno", der_integer},
	{1, "msg_type", kerberos_message_type},
	{2, "padata", kdc_padata},
	{3, "crealm", der_identity},
	{4, "cname", kerberos_principal},
	{5, "ticket", kerberos_ticket},
	{6, "enc_part", kerberos_encrypted},
	{0},
};

static const struct {
	unsigned first;
	const char *name, *title;
	const struct der_field *fields;
} messages[] = {
	{KERBEROS_AS_REQ, "as_req", "AS-REQ", request},
	{KERBEROS_AS_REP, "as_rep", "AS-REP", reply},
	{KERBEROS_TGS_REQ, "tgs_req", "TGS-REQ", request},
	{KERBEROS_TGS_REP, "tgs_rep", "TGS-REP", reply},
};

bool kdc_message(struct token *token, struct tr_bytes bytes)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (!der_is(bytes, messages[i].first))
			continue;
		kerberos_message(token, messages[i].name, messages[i].title, bytes, messages[i].first,
				 messages[i].fields);
		return true;
	}
	return false;
}
