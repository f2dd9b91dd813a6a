/* SPDX-License-Identifier: MIT */
/* The commands of ZMTP and of its security mechanisms. */
#ifndef TOOLS_TOKEN_ZMTP_COMMAND_H
#define TOOLS_TOKEN_ZMTP_COMMAND_H

#include "tools/token/token.h"

bool zmtp_command_known(struct tr_bytes name);
/* A command's body, from its name on, as a message in the current group. length: what it should have. */
void zmtp_command_decode(struct token *token, struct tr_bytes body, uint64_t length);

#endif
