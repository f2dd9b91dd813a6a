/* SPDX-License-Identifier: MIT */
/*
 * Authorization data (RFC 4120, section 5.2.6): elements with a type, some of which hold elements again. A
 * hostile initiator writes those of its authenticator, so what nests is followed to a depth that is told.
 */
#include "tools/token/authorization.h"

#include "tools/token/kerberos.h"
#include "tools/token/pac.h"
#include "tools/token/utf16.h"

enum { AD_IF_RELEVANT = 1, AD_KDC_ISSUED = 4, AD_AND_OR = 5, AD_MANDATORY_FOR_KDC = 8, AD_PAC = 128 };
enum { AD_ETYPES = 129, AD_AP_OPTIONS = 143, AD_TARGET = 144 };

#define DEEPEST 24 /* groups around it; in real ones 10 */

/* RFC 4120, section 7.5.4; RFC 6113, 7751; MS-KILE, section 3.1.5.8 and others. */
static const struct der_word types[] = {
	{AD_IF_RELEVANT, "AD-IF-RELEVANT"},
	{AD_KDC_ISSUED, "AD-KDC-ISSUED"},
	{AD_AND_OR, "AD-AND-OR"},
	{AD_MANDATORY_FOR_KDC, "AD-MANDATORY-FOR-KDC"},
	{9, "AD-INITIAL-VERIFIED-CAS"},
	{64, "AD-OSF-DCE"},
	{70, "AD-AUTHENTICATION-STRENGTH"},
	{71, "AD-FX-FAST-ARMOR"},
	{72, "AD-FX-FAST-USED"},
	{96, "AD-CAMMAC"},
	{97, "AD-AUTHENTICATION-INDICATOR"},
	{AD_PAC, "AD-WIN2K-PAC"},
	{AD_ETYPES, "AD-ETYPE-NEGOTIATION"},
	{141, "KERB-AUTH-DATA-TOKEN-RESTRICTIONS"},
	{142, "KERB-LOCAL"},
	{AD_AP_OPTIONS, "AD-AUTH-DATA-AP-OPTIONS"},
	{AD_TARGET, "AD-AUTH-DATA-TARGET-NAME"},
	{512, "AD-SIGNEDPATH"},
	{0},
};

static void type(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_named(token, name, bytes, "a type of authorization data", types);
}

/* MS-KILE, section 3.2.5.8: the initiator knows channel bindings, and demands theirs. */
static const struct token_flag ap_options[] = {
	{0x4000, "channel-bindings"},
	{0x8000, "unverified-target-name"},
	{0},
};

/* whole: all of it is there. */
static void by_type(struct token *token, int64_t number, struct tr_bytes bytes, bool whole)
{
	switch (number) {
	case AD_IF_RELEVANT:
	case AD_MANDATORY_FOR_KDC:
		authorization_list(token, "authorization_data", bytes);
		break;
	case AD_PAC:
		pac_group(token, "pac", bytes);
		break;
	case AD_ETYPES:
		kerberos_enctypes(token, "etypes", bytes);
		break;
	case AD_AP_OPTIONS:
		if (bytes.length == 4 && whole)
			token_flags(token, "ap_options", bytes,
				    bytes.at[0] | (uint32_t)bytes.at[1] << 8 | (uint32_t)bytes.at[2] << 16 |
					    (uint32_t)bytes.at[3] << 24,
				    ap_options);
		else
			token_bytes(token, "ad_data", bytes);
		break;
	case AD_TARGET:
		token_utf16(token, "target_name", bytes);
		token_mark(token, TOKEN_IDENTITY);
		break;
	default:
		token_bytes(token, "ad_data", bytes);
	}
}

static void data(struct token *token, const char *name, struct tr_bytes bytes)
{
	const struct token_node *number = token_find(token, token->current, "ad_type");
	struct der der;

	if (!der_is(bytes, DER_OCTET_STRING) || !der_peek(bytes, &der))
		der_octets(token, name, bytes); /* which says what is wrong */
	else
		by_type(token, number ? (int64_t)number->number : 0, der.body, der.length == der.body.length);
}

static const struct der_field fields[] = {
	{0, "ad_type", type},
	{1, "ad_data", data},
	{0},
};

static void element(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_group(token, name, bytes, fields);
}

void authorization_list(struct token *token, const char *name, struct tr_bytes bytes)
{
	if (token->depth < DEEPEST) {
		der_list(token, name, bytes, element);
	} else {
		token_bytes(token, name, bytes);
		token_note(token, "authorization data within authorization data: not followed further");
	}
}
