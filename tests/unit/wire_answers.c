/* SPDX-License-Identifier: MIT */
/* Keys are derived as the RFCs say, and a libcrypto that gives one wrong answer is not trusted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "shim/wire/derive.h"
#include "shim/wire/encrypt.h"
#include "shim/wire/trusted.h"
#include "tests/seal_loader.h"

static const struct tap_crypto *crypto;
static struct tap_crypto broken;

static int begin(void **state)
{
	(void)state;
	crypto = tap_crypto();
	return !crypto;
}

static void libcrypto_is_loaded_once(void **state)
{
	(void)state;
	assert_ptr_equal(tap_crypto(), crypto);
}

/* RFC 8009, appendix A: "sample results for key derivation". */
static void keys_of_RFC_8009_are_its_own(void **state)
{
	static const uint8_t base128[] = "\x37\x05\xd9\x60\x80\xc1\x77\x28\xa0\xe8\x00\xea\xb6\xe0\xd2\x3c";
	static const uint8_t base256[] = "\x6d\x40\x4d\x37\xfa\xf7\x9f\x9d\xf0\xd3\x35\x68\xd3\x20\x66\x98"
					 "\x00\xeb\x48\x36\x47\x2e\xa8\xa0\x26\xd1\x6b\x71\x82\x46\x0c\x52";
	static const struct {
		bool large;
		uint8_t kind, size;
		const char *key;
	} cases[] = {
		{false, DERIVE_CHECKSUM, 16,
		 "\xb3\x1a\x01\x8a\x48\xf5\x47\x76\xf4\x03\xe9\xa3\x96\x32\x5d\xc3"},
		{false, DERIVE_ENCRYPT, 16,
		 "\x9b\x19\x7d\xd1\xe8\xc5\x60\x9d\x6e\x67\xc3\xe3\x7c\x62\xc7\x2e"},
		{false, DERIVE_INTEGRITY, 16,
		 "\x9f\xda\x0e\x56\xab\x2d\x85\xe1\x56\x9a\x68\x86\x96\xc2\x6a\x6c"},
		{true, DERIVE_CHECKSUM, 24,
		 "\xef\x57\x18\xbe\x86\xcc\x84\x96\x3d\x8b\xbb\x50\x31\xe9\xf5\xc4"
		 "\xba\x41\xf2\x8f\xaf\x69\xe7\x3d"},
		{true, DERIVE_ENCRYPT, 32,
		 "\x56\xab\x22\xbe\xe6\x3d\x82\xd7\xbc\x52\x27\xf6\x77\x3f\x8e\xa7"
		 "\xa5\xeb\x1c\x82\x51\x60\xc3\x83\x12\x98\x0c\x44\x2e\x5c\x7e\x49"},
		{true, DERIVE_INTEGRITY, 24,
		 "\x69\xb1\x65\x14\xe3\xcd\x8e\x56\xb8\x20\x10\xd5\xc7\x30\x12\xb6"
		 "\x22\xc4\xd0\x0f\xfc\x23\xed\x1f"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct derive_base base = {cases[i].large ? base256 : base128, cases[i].large ? 32 : 16,
						 cases[i].large ? "SHA384" : "SHA256"};
		uint8_t key[32];

		assert_true(tap_derive_usage(crypto, &base, 2, cases[i].kind, key, cases[i].size));
		assert_memory_equal(key, cases[i].key, cases[i].size);
	}
}

/* RFC 3962, appendix B: keys are DK of what PBKDF2 makes ("password", 1200 times, and the empty salt's
 * fellow). */
static void keys_of_RFC_3962_are_its_own(void **state)
{
	static const uint8_t folded[] = "\x5c\x08\xeb\x61\xfd\xf7\x1e\x4e\x4e\xc3\xcf\x6b\xa1\xf5\x51\x2b"
					"\xa7\xe5\x2d\xdb\xc5\xe5\x14\x2f\x70\x8a\x31\xe2\xe6\x2b\x1e\x13";
	static const uint8_t key128[] = "\x4c\x01\xcd\x46\xd6\x32\xd0\x1e\x6d\xbe\x23\x0a\x01\xed\x64\x2a";
	static const uint8_t key256[] = "\x55\xa6\xac\x74\x0a\xd1\x7b\x48\x46\x94\x10\x51\xe1\xe8\xb0\xa7"
					"\x54\x8d\x93\xb0\xab\x30\xa8\xbc\x3f\xf1\x62\x80\x38\x2b\x8c\x2a";
	struct derive_base base = {folded, 16, NULL};
	uint8_t key[32];

	(void)state;
	assert_true(tap_derive(crypto, &base, "kerberos", 8, key, 16));
	assert_memory_equal(key, key128, 16);
	base.size = 32;
	assert_true(tap_derive(crypto, &base, "kerberos", 8, key, 32));
	assert_memory_equal(key, key256, 32);
}

static void other_encryption_types_and_sizes_of_keys_are_refused(void **state)
{
	static const uint8_t bytes[64];
	struct encrypt_key key;

	(void)state;
	for (uint32_t type = 0; type < 30; type++)
		for (size_t size = 0; size < 40; size++) {
			bool right = type >= 17 && type <= 20 && size == (type % 2 ? 16 : 32);

			assert_int_equal(tap_encrypt_begin(crypto, &key, type, bytes, size, 22, true), right);
			if (right)
				tap_encrypt_end(crypto, &key);
			assert_null(key.cipher.cipher);
		}
}

#define WRONG_FINAL(name, type)                                                                              \
	static int wrong_##name(unsigned char *out, type *context)                                           \
	{                                                                                                    \
		int done = crypto->name(out, context);                                                       \
                                                                                                             \
		out[3] ^= 1;                                                                                 \
		return done;                                                                                 \
	}
WRONG_FINAL(SHA1_Final, SHA_CTX)
WRONG_FINAL(SHA256_Final, SHA256_CTX)
WRONG_FINAL(SHA384_Final, SHA512_CTX)

static int wrong_update(EVP_CIPHER_CTX *context, unsigned char *out, int *made, const unsigned char *in,
			int size)
{
	int done = crypto->EVP_CipherUpdate(context, out, made, in, size);

	out[0] ^= 1;
	return done;
}

static int no_update(EVP_CIPHER_CTX *context, unsigned char *out, int *made, const unsigned char *in,
		     int size)
{
	(void)context, (void)out, (void)in;
	*made = size;
	return 1;
}

static int wrong_derive(EVP_KDF_CTX *context, unsigned char *key, size_t size, const OSSL_PARAM *params)
{
	int done = crypto->EVP_KDF_derive(context, key, size, params);

	key[size - 1] ^= 1;
	return done;
}

static int failing_derive(EVP_KDF_CTX *context, unsigned char *key, size_t size, const OSSL_PARAM *params)
{
	(void)context, (void)key, (void)size, (void)params;
	return 0;
}

static int always_same(const void *a, const void *b, size_t size)
{
	(void)a, (void)b, (void)size;
	return 0;
}

static int no_padding(EVP_CIPHER_CTX *context, int pad)
{
	(void)context, (void)pad;
	return 0;
}

static EVP_CIPHER_CTX *no_context(void)
{
	return NULL;
}

#define WITH(name, function)                                                                                 \
	do {                                                                                                 \
		broken = *crypto;                                                                            \
		broken.name = function;                                                                      \
		assert_false(tap_crypto_answers(&broken));                                                   \
	} while (0)

static void one_wrong_answer_is_enough(void **state)
{
	(void)state;
	broken = *crypto;
	assert_true(tap_crypto_answers(&broken));
	WITH(SHA1_Final, wrong_SHA1_Final);
	WITH(SHA256_Final, wrong_SHA256_Final);
	WITH(SHA384_Final, wrong_SHA384_Final);
	WITH(EVP_CipherUpdate, wrong_update);
	WITH(EVP_CipherUpdate, no_update);
	WITH(EVP_KDF_derive, wrong_derive);
	WITH(EVP_KDF_derive, failing_derive);
	WITH(CRYPTO_memcmp, always_same);
	WITH(EVP_CIPHER_CTX_new, no_context);
	WITH(aes128_cbc, crypto->aes256_cbc);
	WITH(EVP_CIPHER_CTX_set_padding, no_padding);
	WITH(aes256_cbc, crypto->aes128_cbc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libcrypto_is_loaded_once),
		cmocka_unit_test(keys_of_RFC_8009_are_its_own),
		cmocka_unit_test(keys_of_RFC_3962_are_its_own),
		cmocka_unit_test(other_encryption_types_and_sizes_of_keys_are_refused),
		cmocka_unit_test(one_wrong_answer_is_enough),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
