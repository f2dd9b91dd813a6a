/* SPDX-License-Identifier: MIT */
/*
 * windows_pac SERVICE CCACHE [FILE]: a ticket for SERVICE as a domain controller of Windows issues it, with
 * its whole PAC, made of one that the KDC has issued and of the service's key from the keytab. It is put in
 * CCACHE, and its PAC in FILE.
 */
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libkrb5 exports them, for KDCs; <krb5.h> does not have them. */
krb5_error_code krb5_encrypt_tkt_part(krb5_context context, const krb5_keyblock *key, krb5_ticket *ticket);
krb5_error_code krb5_decrypt_tkt_part(krb5_context context, const krb5_keyblock *key, krb5_ticket *ticket);
krb5_error_code encode_krb5_ticket(const krb5_ticket *ticket, krb5_data **code);

struct bytes {
	unsigned char at[4096];
	size_t length;
};

static krb5_context context;

static void check(krb5_error_code code, const char *what)
{
	if (!code)
		return;
	printf("%s: %s\n", what, krb5_get_error_message(context, code));
	exit(1);
}

static void put(struct bytes *to, unsigned long long number, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		to->at[to->length++] = i < 8 ? (unsigned char)(number >> 8 * i) : 0;
}

static void put_utf16(struct bytes *to, const char *text)
{
	for (; *text; text++)
		put(to, (unsigned char)*text, 2);
}

static void align(struct bytes *to)
{
	while (to->length % 4)
		put(to, 0, 1);
}

/* RPC_UNICODE_STRING, and what its pointer points to. */
static void text_head(struct bytes *to, const char *text, unsigned pointer)
{
	put(to, 2 * strlen(text), 2);
	put(to, 2 * strlen(text), 2);
	put(to, pointer, 4);
}

static void text_body(struct bytes *to, const char *text)
{
	put(to, strlen(text), 4);
	put(to, 0, 4);
	put(to, strlen(text), 4);
	put_utf16(to, text);
	align(to);
}

/* S-1-5-21-1-2-3, or S-1-18-1: an identity that the authentication authority has asserted. */
static void sid(struct bytes *to, int domain)
{
	put(to, 1, 1);
	put(to, domain ? 4 : 1, 1);
	put(to, 0, 5);
	put(to, domain ? 5 : 18, 1);
	if (!domain)
		put(to, 1, 4);
	for (unsigned i = 0; domain && i < 4; i++)
		put(to, i ? i : 21, 4);
}

static void pointed_sid(struct bytes *to, int domain)
{
	put(to, domain ? 4 : 1, 4);
	sid(to, domain);
}

/* KERB_VALIDATION_INFO: MS-PAC, section 2.5. */
static void logon_info(struct bytes *to)
{
	static const char *const names[] = {"alice", "Alice of Wonderland", "", "", "", ""};
	const unsigned long long logon = 0x01dc000000000000, never = 0x7fffffffffffffff;

	put(to, 0xcccccccc00081001, 8);
	put(to, 0, 8); /* the length, which nobody reads */
	put(to, 0x20000, 4);
	put(to, logon, 8);
	put(to, never, 8);
	put(to, never, 8);
	put(to, logon, 8);
	put(to, logon, 8);
	put(to, never, 8);
	for (unsigned i = 0; i < 6; i++)
		text_head(to, names[i], 0x20004 + 4 * i);
	put(to, 17, 2);
	put(to, 2, 2);
	put(to, 1105, 4);
	put(to, 513, 4);
	put(to, 2, 4);
	put(to, 0x2001c, 4);
	put(to, 0x220, 4);
	put(to, 0x6b657966206f6b65, 8); /* the key of the session */
	put(to, 0x796e6f626f647921, 8);
	text_head(to, "DC1", 0x20020);
	text_head(to, "WONDERLAND", 0x20024);
	put(to, 0x20028, 4);
	put(to, 0, 8);
	put(to, 0x210, 4);
	put(to, 0, 28);
	put(to, 1, 4);
	put(to, 0x2002c, 4);
	put(to, 0x20030, 4);
	put(to, 1, 4);
	put(to, 0x20034, 4);
	for (unsigned i = 0; i < 6; i++)
		text_body(to, names[i]);
	put(to, 2, 4);
	put(to, 513, 4);
	put(to, 7, 4);
	put(to, 1110, 4);
	put(to, 7, 4);
	text_body(to, "DC1");
	text_body(to, "WONDERLAND");
	pointed_sid(to, 1);
	put(to, 1, 4);
	put(to, 0x20038, 4);
	put(to, 7, 4);
	pointed_sid(to, 0);
	pointed_sid(to, 1);
	put(to, 1, 4);
	put(to, 1234, 4);
	put(to, 0x20000007, 4);
	while (to->length % 8)
		put(to, 0, 1);
}

/* Section 2.10, with the flag of its extension. */
static void upn_dns_info(struct bytes *to)
{
	put(to, 2 * strlen("alice@wonderland.test"), 2);
	put(to, 24, 2);
	put(to, 2 * strlen("WONDERLAND.TEST"), 2);
	put(to, 72, 2);
	put(to, 2, 4);
	put(to, 2 * strlen("alice"), 2);
	put(to, 104, 2);
	put(to, 28, 2);
	put(to, 116, 2);
	put(to, 0, 4);
	put_utf16(to, "alice@wonderland.test");
	to->length = 72;
	put_utf16(to, "WONDERLAND.TEST");
	to->length = 104;
	put_utf16(to, "alice");
	to->length = 116;
	sid(to, 1);
	put(to, 1105, 4);
	to->at[116 + 1] = 5;
}

/* PAC_DEVICE_INFO, section 2.12: a computer of the domain, in one group. */
static void device_info(struct bytes *to)
{
	put(to, 0xcccccccc00081001, 8);
	put(to, 0, 8);
	put(to, 0x20000, 4);
	put(to, 1201, 4);
	put(to, 515, 4);
	put(to, 0x20004, 4);
	put(to, 1, 4);
	put(to, 0x20008, 4);
	put(to, 0, 16); /* neither more SIDs nor groups of other domains */
	pointed_sid(to, 1);
	put(to, 1, 4);
	put(to, 515, 4);
	put(to, 7, 4);
}

static void add(krb5_pac pac, unsigned type, const struct bytes *bytes)
{
	krb5_data data = {.length = (unsigned)bytes->length, .data = (char *)bytes->at};

	check(krb5_pac_add_buffer(context, pac, type, &data), "krb5_pac_add_buffer");
}

static krb5_data make_pac(const krb5_enc_tkt_part *ticket, const krb5_keyblock *key)
{
	struct bytes logon = {.length = 0}, upn = {.length = 0}, claims = {.length = 16},
		     bits = {.length = 0};
	struct bytes device = {.length = 0};
	krb5_data made;
	krb5_pac pac;

	logon_info(&logon);
	upn_dns_info(&upn);
	device_info(&device);
	put(&bits, 2, 4);
	put(&bits, 1, 4);
	check(krb5_pac_init(context, &pac), "krb5_pac_init");
	add(pac, 1, &logon);
	add(pac, 12, &upn);
	add(pac, 13, &claims);
	add(pac, 14, &device);
	add(pac, 15, &claims);
	add(pac, 17, &bits);
	check(krb5_pac_sign(context, pac, ticket->times.authtime, ticket->client, key, key, &made),
	      "krb5_pac_sign");
	krb5_pac_free(context, pac);
	return made;
}

static void put_pac(krb5_enc_tkt_part *ticket, const krb5_keyblock *key, const char *path)
{
	krb5_data pac = make_pac(ticket, key);
	krb5_authdata one = {
		.ad_type = KRB5_AUTHDATA_WIN2K_PAC, .length = pac.length, .contents = (krb5_octet *)pac.data};
	krb5_authdata *inner[] = {&one, NULL};

	FILE *file = path ? fopen(path, "w") : NULL;

	if (file) {
		fwrite(pac.data, 1, pac.length, file);
		fclose(file);
	}
	check(krb5_encode_authdata_container(context, KRB5_AUTHDATA_IF_RELEVANT, inner,
					     &ticket->authorization_data),
	      "krb5_encode_authdata_container");
}

/* Windows tells the computer's name; others tell addresses. Its tickets are renewable, and begin at once. */
static void put_what_it_is_good_for(krb5_enc_tkt_part *ticket)
{
	static krb5_octet four[] = {192, 0, 2, 7}, six[16] = {0x20, 1, 0x0d, 0xb8, [15] = 7};
	static krb5_address addresses[] = {
		{.addrtype = ADDRTYPE_NETBIOS, .length = 16, .contents = (krb5_octet *)"LOOKING-GLASS   "},
		{.addrtype = ADDRTYPE_INET, .length = 4, .contents = four},
		{.addrtype = ADDRTYPE_INET6, .length = 16, .contents = six},
	};
	static krb5_address *list[] = {&addresses[0], &addresses[1], &addresses[2], NULL};

	ticket->caddrs = list;
	ticket->flags |= TKT_FLG_RENEWABLE | TKT_FLG_PRE_AUTH | TKT_FLG_OK_AS_DELEGATE;
	ticket->times.starttime = ticket->times.authtime;
	ticket->times.renew_till = ticket->times.endtime + 86400;
}

static krb5_creds *fetch(const char *service)
{
	krb5_creds want = {0}, *creds;
	krb5_ccache cache;

	check(krb5_cc_default(context, &cache), "krb5_cc_default");
	check(krb5_cc_get_principal(context, cache, &want.client), "krb5_cc_get_principal");
	check(krb5_parse_name(context, service, &want.server), "krb5_parse_name");
	check(krb5_get_credentials(context, 0, cache, &want, &creds), "krb5_get_credentials");
	return creds;
}

int main(int argc, char **argv)
{
	krb5_keytab_entry entry;
	krb5_keytab keytab;
	krb5_ccache cache;
	krb5_creds *creds;
	krb5_ticket *ticket;
	krb5_data *code;

	if (argc < 3)
		return 2;
	check(krb5_init_context(&context), "krb5_init_context");
	creds = fetch(argv[1]);
	check(krb5_decode_ticket(&creds->ticket, &ticket), "krb5_decode_ticket");
	check(krb5_kt_default(context, &keytab), "krb5_kt_default");
	check(krb5_kt_get_entry(context, keytab, ticket->server, ticket->enc_part.kvno,
				ticket->enc_part.enctype, &entry),
	      "krb5_kt_get_entry");
	check(krb5_decrypt_tkt_part(context, &entry.key, ticket), "krb5_decrypt_tkt_part");
	put_pac(ticket->enc_part2, &entry.key, argv[3]);
	put_what_it_is_good_for(ticket->enc_part2);
	check(krb5_encrypt_tkt_part(context, &entry.key, ticket), "krb5_encrypt_tkt_part");
	ticket->enc_part.kvno = entry.vno;
	check(encode_krb5_ticket(ticket, &code), "encode_krb5_ticket");
	creds->ticket = *code;
	check(krb5_cc_resolve(context, argv[2], &cache), "krb5_cc_resolve");
	check(krb5_cc_initialize(context, cache, creds->client), "krb5_cc_initialize");
	check(krb5_cc_store_cred(context, cache, creds), "krb5_cc_store_cred");
	printf("a ticket of %u bytes\n", code->length);
	return 0;
}
