/* SPDX-License-Identifier: MIT */
/*
 * See answer.h. Wireshark takes a line apart by its braces and knows no way to write one, so that in names of
 * files and programs they are replaced.
 */
#include "tools/extcap/answer.h"

#include "tools/base/safe.h"
#include "tools/base/tool.h"
#include "tools/extcap/running.h"
#include "trace/format.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool extcap_interface(const char *name, pid_t *pid)
{
	size_t length = strlen(EXTCAP_INTERFACE);
	unsigned long number = 0;
	char *end = NULL;

	*pid = 0;
	if (!strcmp(name, EXTCAP_INTERFACE))
		return true;
	if (strncmp(name, EXTCAP_INTERFACE "-", length + 1) || name[length + 1] < '1' ||
	    name[length + 1] > '9')
		return false;
	number = strtoul(name + length + 1, &end, 10);
	*pid = (pid_t)number;
	return !*end && number <= INT_MAX;
}

/* Text of others inside braces. */
static void put_value(const char *text)
{
	char *safe = safe_text(text, strlen(text));

	for (const char *at = safe; safe && *at; at++)
		putchar(*at == '{' ? '(' : *at == '}' ? ')' : *at);
	free(safe);
}

static void put_program(pid_t pid)
{
	char path[32], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (file && !fgets(name, sizeof(name), file))
		*name = 0;
	if (file)
		fclose(file);
	name[strcspn(name, "\n")] = 0;
	put_value(name);
}

/* A process is listed once, by the first of its traces. */
static void put_interface(void *context, pid_t pid, const char *path)
{
	pid_t *last = context;

	if (*last == pid)
		return;
	*last = pid;
	printf("interface {value=" EXTCAP_INTERFACE "-%d}{display=gsstap: ", (int)pid);
	put_program(pid);
	printf(" (%d), ", (int)pid);
	put_value(path);
	puts("}");
}

void extcap_list(void)
{
	pid_t last = 0;

	puts("extcap {version=" TOOL_VERSION "}{display=gsstap}");
	puts("interface {value=" EXTCAP_INTERFACE
	     "}{display=gsstap: every program that is traced now, or a trace}");
	running_traces(0, put_interface, &last);
}

void extcap_dlts(void)
{
	printf("dlt {number=%d}{name=WIRESHARK_UPPER_PDU}{display=Wireshark's exported PDU}\n", TR_LINKTYPE);
}

void extcap_config(pid_t pid)
{
	if (pid)
		return;
	puts("arg {number=0}{call=--trace}{display=Trace or directory}{type=fileselect}{mustexist=true}"
	     "{required=false}{tooltip=A trace, or a directory for all traces in it, instead of those of "
	     "every program that is traced now}");
}
