/* SPDX-License-Identifier: MIT */
/*
 * The table of subcommands, made of commands.def. Apart from main.c, so that completion can read it too.
 */
#include "tools/base/tool.h"

#include <stddef.h>

const struct command tool_commands[] = {
#define COMMAND(name, summary) {#name, summary, &argp_##name, cmd_##name},
#include "tools/commands.def"
#undef COMMAND
	{NULL, NULL, NULL, NULL},
};
