/* SPDX-License-Identifier: MIT */
/* IAKERB (draft-ietf-kitten-iakerb): the initiator's talk with its KDC, carried by the acceptor. */
#include "tools/token/decoders.h"
#include "tools/token/kerberos.h"

static const struct der_field header[] = {
	{1, "target_realm", der_identity},
	{2, "cookie", der_octets},
	{0},
};

void kerberos_iakerb(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes rest = bytes;
	struct der element;

	token_begin_message(token, "iakerb", "IAKERB", bytes);
	if (der_expect(token, &rest, DER_SEQUENCE, "IAKERB's header", &element)) {
		der_group(token, "header", element.whole, header);
		if (rest.length)
			token_inner(token, "kdc_message", rest, TOKEN_IN_HANDSHAKE);
	} else {
		token_bytes(token, "bytes", bytes);
	}
	token_end(token);
}

/* The token id, and the SEQUENCE that must follow. */
bool dec_iakerb(struct token *token, struct tr_bytes bytes)
{
	if (bytes.length < 3 || bytes.at[0] != 5 || bytes.at[1] != 1 || bytes.at[2] != DER_SEQUENCE)
		return false;
	kerberos_iakerb(token, (struct tr_bytes){bytes.at + 2, bytes.length - 2});
	return true;
}
