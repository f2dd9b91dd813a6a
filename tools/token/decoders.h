/* SPDX-License-Identifier: MIT */
/* The decoders of decoders.def. Each adds nothing and returns false when the bytes are not of its kind. */
#ifndef TOOLS_TOKEN_DECODERS_H
#define TOOLS_TOKEN_DECODERS_H

#include "tools/token/token.h"

#define DECODER(name, places) bool dec_##name(struct token *token, struct tr_bytes bytes);
#include "tools/token/decoders.def"
#undef DECODER

#endif
