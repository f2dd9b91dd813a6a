/* SPDX-License-Identifier: MIT */
/* Kerberos' messages without a frame of GSS-API, by their first octet. */
#include "tools/token/decoders.h"
#include "tools/token/kdc.h"
#include "tools/token/kerberos.h"

/* A text, too, begins with such octets, and goes on with that of a SEQUENCE; its first field has no such one.
 */
static bool holds_fields(struct tr_bytes bytes)
{
	struct der message, sequence;

	return der_peek(bytes, &message) && der_is(message.body, DER_SEQUENCE) &&
	       der_peek(message.body, &sequence) && sequence.body.length &&
	       (sequence.body.at[0] & 0xe0) == DER_CONTEXT;
}

bool dec_krb5(struct token *token, struct tr_bytes bytes)
{
	if (!holds_fields(bytes))
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
