/* SPDX-License-Identifier: MIT */
/*
 * What a program decrypts with libkrb5 is written to the folder $PLAINTEXTS, as USAGE-COUNT.bin: samples for
 * decoders, by tests/token_samples/opened.bash.
 */
#include <dlfcn.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>

krb5_error_code krb5_c_decrypt(krb5_context context, const krb5_keyblock *key, krb5_keyusage usage,
			       const krb5_data *state, const krb5_enc_data *in, krb5_data *out)
{
	static unsigned count;
	__typeof__(&krb5_c_decrypt) real = (__typeof__(&krb5_c_decrypt))dlsym(RTLD_NEXT, "krb5_c_decrypt");
	krb5_error_code code = real(context, key, usage, state, in, out);
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%d-%u.bin", getenv("PLAINTEXTS"), usage, count++);
	file = code ? NULL : fopen(path, "w");
	if (file) {
		fwrite(out->data, 1, out->length, file);
		fclose(file);
	}
	return code;
}
