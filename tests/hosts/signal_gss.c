/* SPDX-License-Identifier: MIT */
/*
 * A signal handler that calls gss functions while its thread is inside one, hundreds of times. It calls only
 * what takes no lock and no memory in the library, so that it is as safe bare as a handler can be.
 */
#include "gss.h"
#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t handled;

static void handler(int signal)
{
	gss_buffer_desc nothing = GSS_C_EMPTY_BUFFER;
	gss_OID_set none = GSS_C_NO_OID_SET;
	OM_uint32 minor;

	(void)signal;
	gss_release_buffer(&minor, &nothing);
	gss_release_oid_set(&minor, &none);
	handled++;
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
	struct pair p = shake_hands(&oid_krb5);

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (handled < 500)
		send_message(&p, "under interrupts");
	setitimer(ITIMER_REAL, &never, NULL);
	hang_up(&p);
	printf("handled %s\n", handled >= 500 ? "500" : "too few");
	return 0;
}
