/* SPDX-License-Identifier: MIT */
/* Application data of channel bindings (RFC 5056, section 2.1): the kind, and what it binds to. */
#include "tools/token/bytes.h"
#include "tools/token/decoders.h"
#include "trace/bindings.h"

bool dec_bindings(struct token *token, struct tr_bytes bytes)
{
	const char *kind = tr_bindings_kinds[tr_bindings_kind(bytes.at, bytes.length)];

	if (!kind)
		return false;
	token_begin_message(token, "channel_bindings", "channel bindings", bytes);
	token_text(token, "kind", bytes_at(bytes, 0, strlen(kind)));
	token_bytes(token, "data", bytes_from(bytes, strlen(kind) + 1));
	token_end(token);
	return true;
}
