/* SPDX-License-Identifier: MIT */
/*
 * secrets: hands secrets to the calls that take or give them, and prints each as "NAME HEX", so that
 * a test can search a trace for them. PASSWORD is that of the principal bob. Each call must succeed: a secret
 * that was never handed over would not be missed. The message it wraps is no secret at level payload: the
 * search must find that one.
 */
#include "gss.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <zmq.h>

static void tell(const char *name, const void *bytes, size_t length)
{
	const unsigned char *b = bytes;

	printf("%s ", name);
	for (size_t i = 0; i < length; i++)
		printf("%02x", b[i]);
	putchar('\n');
}

/* What a program subscribes to, greets with and calls itself is its data; a proxy's address should hold no
 * password. */
static void zmq_data(void *context)
{
	void *sub = zmq_socket(context, ZMQ_SUB), *pub = zmq_socket(context, ZMQ_XPUB);
	static const char proxy[] = "bob:open-sesame-socks@proxy:1080";

	need(!zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "open-sesame-topic", 17), "ZMQ_SUBSCRIBE");
	tell("topic", "open-sesame-topic", 17);
	need(!zmq_setsockopt(sub, ZMQ_SUBSCRIBE, "2648", 4), "ZMQ_SUBSCRIBE");
	need(!zmq_setsockopt(sub, ZMQ_ROUTING_ID, "open-sesame-identity", 20), "ZMQ_ROUTING_ID");
	tell("routing-id", "open-sesame-identity", 20);
	need(!zmq_setsockopt(pub, ZMQ_XPUB_WELCOME_MSG, "open-sesame-welcome", 19), "ZMQ_XPUB_WELCOME_MSG");
	tell("welcome", "open-sesame-welcome", 19);
	need(!zmq_setsockopt(pub, ZMQ_SOCKS_PROXY, proxy, sizeof(proxy) - 1), "ZMQ_SOCKS_PROXY");
	tell("proxy", "open-sesame-socks", 17);
	zmq_close(sub);
	zmq_close(pub);
}

static void zmq_secrets(void)
{
	void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_REQ);
	char public[41], secret[41], derived[41], got[64];
	static const unsigned char raw[32] = "\x11\x83~secret key in binary ~\xa5\x91\xc3\x07\x99\xfe\x12";
	size_t length = sizeof(got);

	need(!zmq_setsockopt(socket, ZMQ_PLAIN_USERNAME, "bob", 3), "ZMQ_PLAIN_USERNAME");
	need(!zmq_setsockopt(socket, ZMQ_PLAIN_PASSWORD, "open-sesame-plain", 17), "ZMQ_PLAIN_PASSWORD");
	tell("plain-password", "open-sesame-plain", 17);
	need(!zmq_getsockopt(socket, ZMQ_PLAIN_PASSWORD, got, &length), "ZMQ_PLAIN_PASSWORD");
	need(!zmq_curve_keypair(public, secret), "zmq_curve_keypair");
	tell("curve-keypair", secret, 40);
	need(!zmq_curve_public(derived, secret), "zmq_curve_public");
	need(!zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret, 41), "ZMQ_CURVE_SECRETKEY");
	need(!zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, raw, 32), "ZMQ_CURVE_SECRETKEY");
	tell("curve-secretkey", raw, 32);
	length = 32;
	need(!zmq_getsockopt(socket, ZMQ_CURVE_SECRETKEY, got, &length), "ZMQ_CURVE_SECRETKEY");
	length = 41;
	need(!zmq_getsockopt(socket, ZMQ_CURVE_SECRETKEY, got, &length), "ZMQ_CURVE_SECRETKEY");
	tell("curve-secretkey-text", got, 40);
	zmq_close(socket);
	zmq_data(context);
	zmq_ctx_term(context);
}

static gss_cred_id_t with_password(const char *password)
{
	gss_buffer_desc name = {3, "bob"}, secret = {strlen(password), (void *)password};
	gss_OID_set_desc krb5 = {1, &oid_krb5};
	gss_cred_id_t cred;
	gss_name_t bob;
	OM_uint32 major, minor;

	major = gss_import_name(&minor, &name, GSS_C_NT_USER_NAME, &bob);
	check(major, minor, "gss_import_name");
	major = gss_acquire_cred_with_password(&minor, bob, &secret, GSS_C_INDEFINITE, &krb5, GSS_C_INITIATE,
					       &cred, NULL, NULL);
	check(major, minor, "gss_acquire_cred_with_password");
	tell("password", password, strlen(password));
	gss_release_name(&minor, &bob);
	return cred;
}

/* Keys of a credential store that only their own mechanism knows: krb5 passes over them, gss-ntlmssp takes
 * them. */
static void stores(void)
{
	static gss_OID_desc ntlmssp = {10, (void *)"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"};
	gss_OID_set_desc krb5 = {1, &oid_krb5}, ntlm = {1, &ntlmssp};
	gss_key_value_element_desc elements[] = {
		{"client_keytab", "FILE:/not/there"},
		{"ntlmssp_password", "open-sesame-ntlm"},
		{"ntlmssp_nthash", "0cb6948805f797bf2a82807973b89537"},
		{"Ccache", "open-sesame-mistyped"},
	};
	gss_key_value_set_desc all = {4, elements}, only_ntlm = {1, elements + 1};
	gss_buffer_desc name = {9, "REALM\\bob"};
	gss_cred_id_t cred;
	OM_uint32 major, minor;
	gss_name_t bob;

	major = gss_acquire_cred_from(&minor, GSS_C_NO_NAME, 0, &krb5, GSS_C_INITIATE, &all, &cred, NULL,
				      NULL);
	check(major, minor, "gss_acquire_cred_from");
	gss_release_cred(&minor, &cred);
	major = gss_import_name(&minor, &name, GSS_C_NT_USER_NAME, &bob);
	check(major, minor, "gss_import_name");
	major = gss_acquire_cred_from(&minor, bob, 0, &ntlm, GSS_C_INITIATE, &only_ntlm, &cred, NULL, NULL);
	check(major, minor, "gss_acquire_cred_from");
	gss_release_cred(&minor, &cred);
	gss_release_name(&minor, &bob);
	for (int i = 1; i < 4; i++)
		tell(elements[i].key, elements[i].value, strlen(elements[i].value));
}

/* Such a credential lives in memory, so what is exported holds its keys. */
static void export_credential(gss_cred_id_t cred, gss_name_t target)
{
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
	gss_cred_id_t copy;
	OM_uint32 major, minor;

	major = gss_init_sec_context(&minor, cred, &context, target, GSS_C_NO_OID, 0, 0, NULL, NULL, NULL,
				     &token, NULL, NULL);
	check(major, minor, "gss_init_sec_context");
	gss_release_buffer(&minor, &token);
	gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
	major = gss_export_cred(&minor, cred, &token);
	check(major, minor, "gss_export_cred");
	tell("exported-credential", token.value, token.length);
	major = gss_import_cred(&minor, &token, &copy);
	check(major, minor, "gss_import_cred");
	gss_release_buffer(&minor, &token);
	gss_release_cred(&minor, &copy);
}

/* A message and a signed one that anybody has guessed in ten thousand attempts. */
static void pins(struct pair *p)
{
	gss_buffer_desc pin = {4, "5082"}, mic = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;

	send_message(p, "7391");
	major = gss_get_mic(&minor, p->initiator, GSS_C_QOP_DEFAULT, &pin, &mic);
	check(major, minor, "gss_get_mic");
	major = gss_verify_mic(&minor, p->acceptor, &pin, &mic, NULL);
	check(major, minor, "gss_verify_mic");
	gss_release_buffer(&minor, &mic);
}

/* Exported with its attributes, a name carries authorization data along. */
static void composite(gss_name_t target)
{
	gss_buffer_desc exported = GSS_C_EMPTY_BUFFER;
	gss_name_t name, again;
	OM_uint32 major, minor;

	major = gss_canonicalize_name(&minor, target, &oid_krb5, &name);
	check(major, minor, "gss_canonicalize_name");
	major = gss_export_name_composite(&minor, name, &exported);
	check(major, minor, "gss_export_name_composite");
	major = gss_import_name(&minor, &exported, GSS_C_NT_COMPOSITE_EXPORT, &again);
	check(major, minor, "gss_import_name");
	gss_release_buffer(&minor, &exported);
	gss_release_name(&minor, &name);
	gss_release_name(&minor, &again);
}

static void session_key(gss_ctx_id_t context)
{
	gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
	gss_buffer_desc seed = {4, "seed"}, random = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;

	major = gss_inquire_sec_context_by_oid(&minor, context, GSS_C_INQ_SSPI_SESSION_KEY, &set);
	check(major, minor, "gss_inquire_sec_context_by_oid");
	tell("session-key", set->elements[0].value, set->elements[0].length);
	gss_release_buffer_set(&minor, &set);
	major = gss_pseudo_random(&minor, context, GSS_C_PRF_KEY_FULL, &seed, 32, &random);
	check(major, minor, "gss_pseudo_random");
	tell("pseudo-random", random.value, random.length);
	gss_release_buffer(&minor, &random);
}

static void exported_contexts(struct pair *p)
{
	gss_krb5_lucid_context_v1_t *lucid;
	gss_buffer_desc token;
	OM_uint32 major, minor;

	major = gss_export_sec_context(&minor, &p->acceptor, &token);
	check(major, minor, "gss_export_sec_context");
	tell("exported-context", token.value, token.length);
	major = gss_import_sec_context(&minor, &token, &p->acceptor);
	check(major, minor, "gss_import_sec_context");
	gss_release_buffer(&minor, &token);
	major = gss_krb5_export_lucid_sec_context(&minor, &p->initiator, 1, (void **)&lucid);
	check(major, minor, "gss_krb5_export_lucid_sec_context");
	tell("lucid-key", lucid->cfx_kd.ctx_key.data, lucid->cfx_kd.ctx_key.length);
	tell("lucid-subkey", lucid->cfx_kd.acceptor_subkey.data, lucid->cfx_kd.acceptor_subkey.length);
	gss_krb5_free_lucid_sec_context(&minor, lucid);
}

int main(void)
{
	struct pair p = shake_hands(&oid_krb5);
	gss_buffer_desc name = {sizeof(SERVICE) - 1, SERVICE};
	gss_cred_id_t cred;
	gss_name_t target;
	OM_uint32 major, minor;

	need(getenv("PASSWORD") != NULL, "PASSWORD, in the environment");
	major = gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, &target);
	check(major, minor, "gss_import_name");
	zmq_secrets();
	stores();
	cred = with_password(getenv("PASSWORD"));
	export_credential(cred, target);
	send_message(&p, "no secret at level payload");
	pins(&p);
	composite(target);
	session_key(p.initiator);
	exported_contexts(&p);
	gss_release_cred(&minor, &cred);
	gss_release_name(&minor, &target);
	hang_up(&p);
	return 0;
}
