/* SPDX-License-Identifier: MIT */
/* libkrb5's decryption into a token; see keys_crypt.h. */
#include "tools/token/keys_crypt.h"

#include "trace/unconst.h"

const char *keys_message(struct token_keys *keys, struct token *token, krb5_error_code code)
{
	const char *text = krb5_get_error_message(keys->context, code),
		   *kept = token_print(token, "%s", text);

	krb5_free_error_message(keys->context, text);
	return kept;
}

struct tr_bytes keys_decrypt_with(struct token_keys *keys, struct token *token, const krb5_keyblock *key,
				  krb5_keyusage usage, struct tr_bytes cipher, const char **why)
{
	krb5_enc_data in = {.enctype = key->enctype};
	krb5_data out = {.length = (unsigned)cipher.length};
	krb5_error_code code;

	out.data = cipher.length <= INT32_MAX ? token_room(token, cipher.length + 1) : NULL;
	if (!out.data) {
		*why = "no memory";
		return (struct tr_bytes){0};
	}
	in.ciphertext = (krb5_data){.length = (unsigned)cipher.length, .data = TR_UNCONST(cipher.at)};
	code = krb5_c_decrypt(keys->context, key, usage, NULL, &in, &out);
	if (!code)
		return (struct tr_bytes){(const uint8_t *)out.data, out.length};
	*why = keys_message(keys, token, code);
	return (struct tr_bytes){0};
}
