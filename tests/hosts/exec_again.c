/* SPDX-License-Identifier: MIT */
/*
 * exec_again TIMES: makes calls, then executes itself, keeping its process id.
 */
#include "gss.h"
#include <unistd.h>

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : 0;
	char left[16];

	converse(&oid_krb5, 1);
	printf("%d to go\n", times);
	fflush(stdout);
	if (!times)
		return 0;
	snprintf(left, sizeof(left), "%d", times - 1);
	execl("/proc/self/exe", argv[0], left, (char *)NULL);
	return 1;
}
