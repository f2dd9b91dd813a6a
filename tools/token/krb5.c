/* SPDX-License-Identifier: MIT */
/* Kerberos' messages without a frame of GSS-API, by their first octet. */
#include "tools/token/decoders.h"
#include "tools/token/kdc.h"
#include "tools/token/kerberos.h"

/* A text, too, begins with such octets. */
static bool holds_a_sequence(struct tr_bytes bytes)
{
	struct der message;

	return der_peek(bytes, &message) && (!message.body.length || der_is(message.body, DER_SEQUENCE));
}

bool dec_krb5(struct token *token, struct tr_bytes bytes)
{
	if (!holds_a_sequence(bytes))
		return false;
	switch (bytes.at[0]) {
	case KERBEROS_AP_REQ:
		kerberos_ap_req(token, bytes);
		return true;
	case KERBEROS_AP_REP:
		kerberos_ap_rep(token, bytes);
		return true;
	case KERBEROS_ERROR:
		kerberos_error(token, bytes);
		return true;
	case KERBEROS_CRED:
		kerberos_cred(token, bytes);
		return true;
	case KERBEROS_TICKET:
		kerberos_ticket(token, "ticket", bytes);
		return true;
	default:
		return kdc_message(token, bytes);
	}
}
