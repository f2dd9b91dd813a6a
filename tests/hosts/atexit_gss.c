/* SPDX-License-Identifier: MIT */
/*
 * Calls gss functions as late as a program can: in an atexit handler registered before the first call, and in
 * a destructor of the program.
 */
#include "gss.h"

static struct pair p;

static void at_exit(void)
{
	send_message(&p, "in the atexit handler");
	puts("atexit handler");
}

__attribute__((constructor)) static void early(void)
{
	OM_uint32 minor;
	gss_buffer_desc nothing = GSS_C_EMPTY_BUFFER;

	printf("constructor %08x\n", gss_release_buffer(&minor, &nothing));
}

__attribute__((destructor)) static void late(void)
{
	send_message(&p, "in a destructor");
	puts("destructor");
	fflush(stdout);
}

int main(void)
{
	atexit(at_exit);
	p = shake_hands(&oid_krb5);
	send_message(&p, "in main");
	return 0;
}
