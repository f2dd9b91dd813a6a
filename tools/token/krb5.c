/* SPDX-License-Identifier: MIT */
/* Kerberos' messages without a frame of GSS-API, by their first octet. */
#include "tools/token/decoders.h"
#include "tools/token/kerberos.h"

bool dec_krb5(struct token *token, struct tr_bytes bytes)
{
	if (bytes.length < 2)
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
	case KERBEROS_TICKET:
		kerberos_ticket(token, "ticket", bytes);
		return true;
	default:
		return false;
	}
}
