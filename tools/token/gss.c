/* SPDX-License-Identifier: MIT */
/*
 * RFC 2743, section 3.1: [APPLICATION 0] { mechanism's OID, the mechanism's token }, which begins a
 * handshake; and Kerberos' use of it for every token of a handshake, with two octets that say which (RFC
 * 4121, section 4.1; RFC 1964, section 1.1; for IAKERB draft-ietf-kitten-iakerb, section 3).
 */
#include "tools/names/names.h"
#include "tools/token/decoders.h"
#include "tools/token/kerberos.h"
#include "tools/token/krb5_message.h"

#include <string.h>

enum {
	ID_AP_REQ = 0x0100,
	ID_MIC_1964 = 0x0101,
	ID_DELETE_1964 = 0x0102,
	ID_AP_REP = 0x0200,
	ID_WRAP_1964 = 0x0201,
	ID_KRB_ERROR = 0x0300,
	ID_TGT_REQ = 0x0400,
	ID_TGT_REP = 0x0401,
	ID_IAKERB_PROXY = 0x0501,
};

static const char *id_name(unsigned id)
{
	switch (id) {
	case ID_AP_REQ:
		return "AP-REQ";
	case ID_AP_REP:
		return "AP-REP";
	case ID_KRB_ERROR:
		return "KRB-ERROR";
	case ID_MIC_1964:
		return "MIC (RFC 1964)";
	case ID_DELETE_1964:
		return "delete (RFC 1964)";
	case ID_WRAP_1964:
		return "Wrap (RFC 1964)";
	case ID_TGT_REQ:
		return "TGT-REQ";
	case ID_TGT_REP:
		return "TGT-REP";
	case ID_IAKERB_PROXY:
		return "IAKERB-PROXY";
	default:
		return NULL;
	}
}

static void by_id(struct token *token, unsigned id, struct tr_bytes inner)
{
	switch (id) {
	case ID_AP_REQ:
		kerberos_ap_req(token, inner);
		break;
	case ID_AP_REP:
		kerberos_ap_rep(token, inner);
		break;
	case ID_KRB_ERROR:
		kerberos_error(token, inner);
		break;
	case ID_TGT_REQ:
		kerberos_tgt_req(token, inner);
		break;
	case ID_TGT_REP:
		kerberos_tgt_rep(token, inner);
		break;
	case ID_MIC_1964:
	case ID_DELETE_1964:
	case ID_WRAP_1964:
		krb5_message_1964(token, id, inner);
		break;
	case ID_IAKERB_PROXY:
		kerberos_iakerb(token, inner);
		break;
	default:
		token_bytes(token, "unknown", inner);
	}
}

static void kerberos_token(struct token *token, struct tr_bytes body)
{
	unsigned id;

	if (body.length < 2) {
		token_note(token, "ends before Kerberos' token id");
		return;
	}
	id = (unsigned)body.at[0] << 8 | body.at[1];
	token_unsigned(token, "token_id", (struct tr_bytes){body.at, 2}, id, id_name(id));
	by_id(token, id, (struct tr_bytes){body.at + 2, body.length - 2});
}

static bool is_kerberos(struct tr_bytes oid)
{
	const char *name = name_oid(oid.at, oid.length);

	return name && (!strncmp(name, "krb5", 4) || !strcmp(name, "iakerb"));
}

bool dec_gss(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes rest = bytes;
	struct der frame, oid;

	if (!der_is(bytes, DER_APPLICATION) || !der_peek(bytes, &frame) || !der_is(frame.body, DER_OBJECT_ID))
		return false;
	token_begin(token, "gss", bytes);
	der_next(token, &rest, &frame);
	if (der_next(token, &frame.body, &oid)) {
		der_oid(token, "mech", oid.whole);
		if (is_kerberos(oid.body))
			kerberos_token(token, frame.body);
		else if (frame.body.length)
			token_inner(token, "token", frame.body, TOKEN_IN_HANDSHAKE);
	} else if (frame.body.length) {
		token_bytes(token, "bytes", frame.body);
	}
	if (rest.length)
		token_bytes(token, "after_the_token", rest);
	token_end(token);
	return true;
}
