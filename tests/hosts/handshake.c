/* SPDX-License-Identifier: MIT */
/*
 * handshake [krb5|spnego] [MESSAGES]: a handshake and messages, told as a peer would see them. It reaches
 * gss_* the ordinary way: lazily bound, through the PLT. handshake_now.c and handshake_noplt.c are the same
 * source built otherwise.
 */
#include "gss.h"

static void tell_name(const char *what, gss_name_t name)
{
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;

	major = gss_display_name(&minor, name, &text, NULL);
	check(major, minor, "gss_display_name");
	printf("%s %.*s\n", what, (int)text.length, (char *)text.value);
	gss_release_buffer(&minor, &text);
	gss_release_name(&minor, &name);
}

static void tell(struct pair *p)
{
	gss_name_t initiator, acceptor;
	OM_uint32 major, minor, flags;
	gss_OID mech;
	int open;

	major = gss_inquire_context(&minor, p->acceptor, &initiator, &acceptor, NULL, &mech, &flags, NULL,
				    &open);
	check(major, minor, "gss_inquire_context");
	tell_name("initiator", initiator);
	tell_name("acceptor", acceptor);
	printf("flags %x open %d mech %s\n", flags, open, same(mech, &oid_krb5) ? "krb5" : "other");
}

int main(int argc, char **argv)
{
	gss_OID mech = argc > 1 && !strcmp(argv[1], "spnego") ? &oid_spnego : &oid_krb5;
	unsigned messages = argc > 2 ? (unsigned)atoi(argv[2]) : 2;
	struct pair p = shake_hands(mech);

	tell(&p);
	for (unsigned n = 0; n < messages; n++)
		send_message(&p, "a message");
	printf("%u messages\n", messages);
	hang_up(&p);
	return 0;
}
