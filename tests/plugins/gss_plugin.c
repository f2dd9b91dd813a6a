/* SPDX-License-Identifier: MIT */
/*
 * A plugin that authenticates, as a SASL or web server module does: run() makes a handshake and sends
 * messages. Its program need not link a GSS library. heimdal_plugin.c is the same source built against
 * Heimdal.
 */
#include "../hosts/gss.h"

void run(void);

void run(void)
{
	struct pair p = shake_hands(&oid_krb5);
	gss_name_t initiator = GSS_C_NO_NAME;
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;

	send_message(&p, "from a plugin");
	major = gss_inquire_context(&minor, p.acceptor, &initiator, NULL, NULL, NULL, NULL, NULL, NULL);
	check(major, minor, "gss_inquire_context");
	major = gss_display_name(&minor, initiator, &text, NULL);
	check(major, minor, "gss_display_name");
	printf("%.*s spoke\n", (int)text.length, (char *)text.value);
	gss_release_buffer(&minor, &text);
	gss_release_name(&minor, &initiator);
	hang_up(&p);
}
