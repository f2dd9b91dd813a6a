/* SPDX-License-Identifier: MIT */
/*
 * What the host programs share: a whole handshake inside one process, and messages over it. The initiator
 * takes its credential from KRB5CCNAME, the acceptor from KRB5_KTNAME, so every token is made and read by the
 * real library.
 *
 * A host prints what it saw and nothing that differs from one run to the next: its output under the shim is
 * compared with its output without. It must not know of the shim.
 */
#ifndef HOSTS_GSS_H
#define HOSTS_GSS_H

#include <gssapi/gssapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE "host@localhost"

static __attribute__((unused)) gss_OID_desc oid_krb5 = {9, (void *)"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
static __attribute__((unused)) gss_OID_desc oid_spnego = {6, (void *)"\x2b\x06\x01\x05\x05\x02"};

/* The two ends of a security context. */
struct pair {
	gss_ctx_id_t initiator, acceptor;
};

static inline int same(gss_OID one, gss_OID other)
{
	return one->length == other->length && !memcmp(one->elements, other->elements, one->length);
}

static inline void need(int ok, const char *what)
{
	if (ok)
		return;
	printf("%s: no\n", what);
	fflush(stdout);
	exit(1);
}

/* Ends the host with the mechanism's own words when a call failed. */
static inline void check(OM_uint32 major, OM_uint32 minor, const char *what)
{
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	OM_uint32 ignored, more = 0;

	if (!GSS_ERROR(major))
		return;
	gss_display_status(&ignored, minor, GSS_C_MECH_CODE, &oid_krb5, &more, &text);
	printf("%s: major %08x: %.*s\n", what, major, (int)text.length, (char *)text.value);
	fflush(stdout);
	exit(1);
}

static inline gss_name_t import(const char *service)
{
	gss_buffer_desc text = {strlen(service), (void *)service};
	OM_uint32 major, minor;
	gss_name_t name = GSS_C_NO_NAME;

	major = gss_import_name(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, &name);
	check(major, minor, "gss_import_name");
	return name;
}

/* Establishes both ends; the caller releases them with hang_up(). */
static inline struct pair shake_hands(gss_OID mech)
{
	struct pair p = {GSS_C_NO_CONTEXT, GSS_C_NO_CONTEXT};
	gss_buffer_desc to_acceptor = GSS_C_EMPTY_BUFFER, to_initiator = GSS_C_EMPTY_BUFFER;
	OM_uint32 i = GSS_S_CONTINUE_NEEDED, a = GSS_S_CONTINUE_NEEDED, minor, ignored;
	gss_name_t service = import(SERVICE);

	while (i == GSS_S_CONTINUE_NEEDED || a == GSS_S_CONTINUE_NEEDED) {
		gss_release_buffer(&ignored, &to_acceptor);
		i = gss_init_sec_context(
			&minor, GSS_C_NO_CREDENTIAL, &p.initiator, service, mech,
			GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG, 0,
			GSS_C_NO_CHANNEL_BINDINGS, &to_initiator, NULL, &to_acceptor, NULL, NULL);
		check(i, minor, "gss_init_sec_context");
		gss_release_buffer(&ignored, &to_initiator);
		if (!to_acceptor.length)
			break;
		a = gss_accept_sec_context(&minor, &p.acceptor, GSS_C_NO_CREDENTIAL, &to_acceptor,
					   GSS_C_NO_CHANNEL_BINDINGS, NULL, NULL, &to_initiator, NULL, NULL,
					   NULL);
		check(a, minor, "gss_accept_sec_context");
	}
	gss_release_buffer(&ignored, &to_acceptor);
	gss_release_buffer(&ignored, &to_initiator);
	gss_release_name(&ignored, &service);
	return p;
}

/* One protected message from the initiator; ends the host unless it arrives as it was sent. */
static inline void send_message(struct pair *p, const char *text)
{
	gss_buffer_desc plain = {strlen(text), (void *)text}, token = GSS_C_EMPTY_BUFFER,
			got = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;
	int conf = 0;

	major = gss_wrap(&minor, p->initiator, 1, GSS_C_QOP_DEFAULT, &plain, &conf, &token);
	check(major, minor, "gss_wrap");
	major = gss_unwrap(&minor, p->acceptor, &token, &got, NULL, NULL);
	check(major, minor, "gss_unwrap");
	need(conf && got.length == plain.length && !memcmp(got.value, text, plain.length), "same message");
	gss_release_buffer(&minor, &token);
	gss_release_buffer(&minor, &got);
}

static inline void hang_up(struct pair *p)
{
	OM_uint32 ignored;

	gss_delete_sec_context(&ignored, &p->initiator, GSS_C_NO_BUFFER);
	gss_delete_sec_context(&ignored, &p->acceptor, GSS_C_NO_BUFFER);
}

/* A handshake and `messages` messages, as most hosts need it. */
static inline void converse(gss_OID mech, unsigned messages)
{
	struct pair p = shake_hands(mech);

	while (messages--)
		send_message(&p, "a message");
	hang_up(&p);
}

#endif
