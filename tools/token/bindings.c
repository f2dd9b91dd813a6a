/* SPDX-License-Identifier: MIT */
/* Application data of channel bindings: of which kind they are stands before the first colon (RFC 5056,
 * section 2.1). */
#include "tools/token/bytes.h"
#include "tools/token/decoders.h"

#include <string.h>

/* IANA's registry of channel binding types. */
static const char *const kinds[] = {"tls-unique", "tls-server-end-point", "tls-exporter",
				    "tls-unique-for-telnet"};

bool dec_bindings(struct token *token, struct tr_bytes bytes)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i]);

		if (bytes.length <= length || memcmp(bytes.at, kinds[i], length) || bytes.at[length] != ':')
			continue;
		token_begin_message(token, "channel_bindings", "channel bindings", bytes);
		token_text(token, "kind", bytes_at(bytes, 0, length));
		token_bytes(token, "data", bytes_from(bytes, length + 1));
		token_end(token);
		return true;
	}
	return false;
}
