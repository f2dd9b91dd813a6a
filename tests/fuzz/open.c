/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what the encrypted parts of a handshake hold: who has the keys, a KDC or a client, can write
 * there what it likes. The input is the plaintext of a ticket, an authenticator, an AP-REP and a message,
 * each but the last after its length of two bytes; they are really encrypted, and opened with a keytab.
 * Whatever they are, the tree is sound.
 */
#include "tests/token_sound.h"
#include "tools/token/decode.h"
#include "tools/token/open.h"
#include "tools/token/opened.h"
#include "tools/view/token_view.h"

#include <krb5.h>
#include <stdlib.h>

#define ETYPE ENCTYPE_AES256_CTS_HMAC_SHA1_96
#define NAMED 18 /* as it stands in DER */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct built {
	uint8_t at[1 << 18];
	size_t length;
};

static krb5_context context;
static uint8_t secret[32] = "a keytab's key";
static krb5_keyblock long_term = {.enctype = ETYPE, .length = 32, .contents = secret};
static struct token_keys *keys;

static void need(bool ok)
{
	if (!ok)
		abort();
}

static void set_up(void)
{
	static krb5_keytab keytab; /* stays open, as what is in memory goes with the last that is */
	krb5_keytab_entry entry = {.vno = 1, .key = long_term};
	char *error;

	need(!krb5_init_context(&context) && !krb5_parse_name(context, "s@R", &entry.principal) &&
	     !krb5_kt_resolve(context, "MEMORY:fuzz", &keytab) &&
	     !krb5_kt_add_entry(context, keytab, &entry));
	krb5_free_principal(context, entry.principal);
	keys = keys_new("MEMORY:fuzz", &error);
	need(keys);
}

/* Puts a head of four bytes of length in front of what was built from `from` on. */
static void enclose(struct built *to, size_t from, uint8_t tag)
{
	size_t length = to->length - from;

	memmove(to->at + from + 5, to->at + from, length);
	to->at[from] = tag;
	to->at[from + 1] = 0x83;
	for (int i = 0; i < 3; i++)
		to->at[from + 2 + i] = (uint8_t)(length >> 8 * (2 - i));
	to->length += 5;
}

static void put(struct built *to, const void *bytes, size_t length)
{
	memcpy(to->at + to->length, bytes, length);
	to->length += length;
}

/* EncryptedData of a plaintext under a tag; with a key that nobody has, when there is none. */
static void put_encrypted(struct built *to, uint8_t tag, const krb5_keyblock *key, krb5_keyusage usage,
			  struct tr_bytes plain)
{
	static const uint8_t etype[] = {0xa0, 3, 2, 1, NAMED};
	krb5_data data = {.length = (unsigned)plain.length, .data = (char *)plain.at};
	krb5_enc_data sealed = {0};
	size_t from = to->length, length;

	need(!krb5_c_encrypt_length(context, key->enctype, plain.length, &length));
	put(to, etype, sizeof(etype));
	sealed.ciphertext = (krb5_data){.length = (unsigned)length, .data = calloc(1, length)};
	/* It refuses weak keys of DES: what then stands there is opened by none. */
	need(sealed.ciphertext.data && (!krb5_c_encrypt(context, key, usage, NULL, &data, &sealed) ||
					key->enctype == ENCTYPE_DES3_CBC_SHA1));
	length = to->length;
	put(to, sealed.ciphertext.data, sealed.ciphertext.length);
	free(sealed.ciphertext.data);
	enclose(to, length, 0x04);
	enclose(to, length, 0xa2);
	enclose(to, from, 0x30);
	enclose(to, from, tag);
}

static void ap_req(struct built *to, struct tr_bytes ticket, struct tr_bytes authenticator,
		   const krb5_keyblock *session)
{
	static const uint8_t head[] = {0xa0, 3, 2, 1, 5, 0xa1, 3, 2, 1, 14, 0xa2, 7, 3, 5, 0, 0x20, 0, 0, 0};
	static const uint8_t names[] = {0xa0, 3,    2, 1, 5, 0xa1, 3,	 0x1b, 1,    'R', 0xa2, 14, 0x30,
					12,   0xa0, 3, 2, 1, 1,	   0xa1, 5,    0x30, 3,	  0x1b, 1,  's'};
	size_t from;

	to->length = 0;
	put(to, head, sizeof(head));
	from = to->length;
	put(to, names, sizeof(names));
	put_encrypted(to, 0xa3, &long_term, 2, ticket);
	enclose(to, from, 0x30);
	enclose(to, from, 0x61);
	enclose(to, from, 0xa3);
	put_encrypted(to, 0xa4, session, KEYS_AP_REQ, authenticator);
	enclose(to, 0, 0x30);
	enclose(to, 0, 0x6e);
}

static void ap_rep(struct built *to, struct tr_bytes plain, const krb5_keyblock *session)
{
	static const uint8_t head[] = {0xa0, 3, 2, 1, 5, 0xa1, 3, 2, 1, 15};

	to->length = 0;
	put(to, head, sizeof(head));
	put_encrypted(to, 0xa2, session, KEYS_AP_REP, plain);
	enclose(to, 0, 0x30);
	enclose(to, 0, 0x6f);
}

static void look(struct keys_session *session, struct tr_bytes bytes)
{
	static struct token token;
	static struct out out;
	static FILE *sink;
	struct js js;

	token_decode(&token, bytes, bytes.length, TOKEN_IN_HANDSHAKE | TOKEN_IN_MESSAGE, 0);
	token_open(&token, keys, session, &bytes);
	if (token_unsound(&token)) {
		fprintf(stderr, "%s\n", token_unsound(&token));
		abort();
	}
	if (!sink)
		sink = fopen("/dev/null", "w");
	out_init(&out, sink, true, true);
	token_text_tree(&out, &token, 4);
	js_init(&js, &out);
	token_json(&js, &token);
	out_flush(&out);
}

static struct tr_bytes next(struct tr_bytes *rest)
{
	struct tr_bytes taken = {rest->at, 0};

	if (rest->length < 2)
		return taken;
	taken.length = (size_t)rest->at[0] << 8 | rest->at[1];
	taken.at += 2;
	if (taken.length > rest->length - 2)
		taken.length = rest->length - 2;
	rest->at = taken.at + taken.length;
	rest->length -= 2 + taken.length;
	return taken;
}

/* Messages of RFC 4121, and of RFC 1964 under either kind of key. */
static bool takes(int64_t enctype, size_t length)
{
	return (enctype == ETYPE && length == 32) || (enctype == ENCTYPE_ARCFOUR_HMAC && length == 16) ||
	       (enctype == ENCTYPE_DES3_CBC_SHA1 && length == 24);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct built built;
	struct tr_bytes rest = {data, size}, ticket = next(&rest), authenticator = next(&rest),
			answer = next(&rest), value;
	krb5_keyblock session = long_term;
	struct keys_session *learned;
	int64_t enctype;

	if (!keys)
		set_up();
	if (opened_key(ticket, OPENED_TICKET, &enctype, &value) && takes(enctype, value.length))
		session = (krb5_keyblock){.enctype = (krb5_enctype)enctype,
					  .length = (unsigned)value.length,
					  .contents = (uint8_t *)value.at};
	learned = keys_session_new(keys);
	ap_req(&built, ticket, authenticator, &session);
	look(learned, (struct tr_bytes){built.at, built.length});
	ap_rep(&built, answer, &session);
	look(learned, (struct tr_bytes){built.at, built.length});
	look(learned, rest);
	keys_session_free(keys, learned);
	return 0;
}
