/* SPDX-License-Identifier: MIT */
/* IAKERB (draft-ietf-kitten-iakerb): the initiator's talk with its KDC, carried by the acceptor. */
#include "tools/token/bytes.h"
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

/* The token id, and the SEQUENCE that must follow, with a realm. */
bool dec_iakerb(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes inner = bytes_from(bytes, 2);
	struct der element;

	if (big_at(bytes, 0, 2) != 0x0501 || !der_is(inner, DER_SEQUENCE) || !der_peek(inner, &element) ||
	    !der_is(element.body, DER_CONTEXT + 1))
		return false;
	kerberos_iakerb(token, inner);
	return true;
}
