/* SPDX-License-Identifier: MIT */
/*
 * `gsstap __complete WORD...`: what tools/completion.bash asks, so that no list of options is kept twice.
 */
#ifndef TOOLS_COMPLETE_H
#define TOOLS_COMPLETE_H

/*
 * Prints what may stand for the last of the words after "gsstap", one candidate a line. A line that begins
 * with a colon is a hint to the shell: ":files" to offer file names too, ":command N" that the words from the
 * Nth (0 is the subcommand) are a command line of their own. Returns an exit status.
 */
int tool_complete(int argc, char **argv);

#endif
