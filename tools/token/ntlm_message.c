/* SPDX-License-Identifier: MIT */
/* NTLM's signature (MS-NLMP, section 2.2.2.9): a MIC, or what a wrapped message begins with. */
#include "tools/token/bytes.h"
#include "tools/token/decoders.h"

#define SIGNATURE 16 /* version, checksum, sequence number */

bool dec_ntlm_message(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes data = bytes_from(bytes, SIGNATURE);

	if (bytes.length < SIGNATURE || little_at(bytes, 0, 4) != 1)
		return false;
	token_begin_message(token, "ntlm_message", "NTLM message", bytes);
	token_sealed(token, "checksum", bytes_at(bytes, 4, 8), 8);
	token_unsigned(token, "seq", bytes_at(bytes, 12, 4), little_at(bytes, 12, 4), NULL);
	if (data.length) /* encrypted or not: the signature does not say */
		token_sealed(token, "data", data, data.length);
	token_end(token);
	return true;
}
