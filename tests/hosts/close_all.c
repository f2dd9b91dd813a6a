/* SPDX-License-Identifier: MIT */
/*
 * close_all FILE: closes every descriptor above 2 as daemons do, opens FILE on the number that became free,
 * and goes on. Nothing but its own two lines may land in FILE.
 */
#include "gss.h"
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct pair p = shake_hands(&oid_krb5);
	int fds[20];

	if (argc < 2)
		return 2;
	send_message(&p, "before");
	closefrom(3);
	for (int i = 0; i < 20; i++)
		fds[i] = open(argv[1], O_RDWR | O_CREAT | O_APPEND, 0600);
	dprintf(fds[0], "first line\n");
	for (int i = 0; i < 2000; i++)
		send_message(&p, "after");
	converse(&oid_krb5, 1);
	dprintf(fds[19], "last line\n");
	printf("descriptors %d to %d\n", fds[0], fds[19]);
	hang_up(&p);
	return 0;
}
