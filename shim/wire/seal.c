/* SPDX-License-Identifier: MIT */
/* See seal.h. Of what comes nothing is believed before its MAC was right but where the MAC is. */
#include "shim/wire/seal.h"

#include "shim/core/lock.h"
#include "shim/wire/trusted.h"
#include "trace/writer.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* RFC 4121, 4.2.2: flags; 2: key usages; 4.2.6: kinds of tokens, the last from RFC 4121's predecessor. */
enum { BY_ACCEPTOR = 1, SEALED = 2, BY_SUBKEY = 4 };
enum { USAGE_ACCEPTOR = 22, USAGE_INITIATOR = 24 };
enum { TOKEN_MIC = 0x0404, TOKEN_DELETE = 0x0405, TOKEN_WRAP = 0x0504 };
enum { FILLER = 0xff };

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint64_t get64(const uint8_t *bytes)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof(number));
	return __builtin_bswap64(number);
}

static bool is_confined(void)
{
	return atomic_load_explicit(&tr_confined, memory_order_relaxed);
}

static bool begin_keys(struct seal *seal, const gss_krb5_lucid_context_v1_t *lucid)
{
	const gss_krb5_lucid_key_t *key = &lucid->cfx_kd.ctx_key, *subkey = &lucid->cfx_kd.acceptor_subkey;
	uint32_t sends = lucid->initiate ? USAGE_INITIATOR : USAGE_ACCEPTOR;
	uint32_t receives = USAGE_INITIATOR + USAGE_ACCEPTOR - sends;

	if (!tap_encrypt_begin(seal->crypto, &seal->receive[0], key->type, key->data, key->length, receives,
			       false))
		return false;
	if (lucid->cfx_kd.have_acceptor_subkey) {
		key = subkey;
		if (!tap_encrypt_begin(seal->crypto, &seal->receive[1], key->type, key->data, key->length,
				       receives, false))
			return false;
	}
	return tap_encrypt_begin(seal->crypto, &seal->send, key->type, key->data, key->length, sends, true);
}

/* A signal may cut a long draw short. Not by the C library's function, at which a thread can be cancelled. */
static bool ask_kernel(uint8_t *bytes, size_t size)
{
	int saved = errno;
	size_t have = 0;
	long got = 0;

	while (have < size && got >= 0) {
		got = syscall(SYS_getrandom, bytes + have, size - have, 0);
		if (got > 0)
			have += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 0;
	}
	errno = saved;
	return have == size;
}

bool tap_seal_begin(struct seal *seal, const gss_krb5_lucid_context_v1_t *lucid, OM_uint32 flags,
		    uint64_t received)
{
	const struct tap_crypto *crypto;
	bool made;

	memset(seal, 0, sizeof(*seal));
	if (lucid->version != 1 || lucid->protocol != 1 || is_confined() || !(crypto = tap_crypto()))
		return false;
	seal->crypto = crypto;
	seal->flags = (uint8_t)(SEALED | (lucid->initiate ? 0 : BY_ACCEPTOR) |
				(lucid->cfx_kd.have_acceptor_subkey ? BY_SUBKEY : 0));
	seal->peer = lucid->initiate ? BY_ACCEPTOR : 0;
	seal->number = lucid->send_seq;
	seal->used = SEAL_POOL;
	tap_sequence_begin(&seal->came, lucid->recv_seq, received, flags);
	crypto->ERR_set_mark();
	made = begin_keys(seal, lucid) && ask_kernel(seal->pool.seed, sizeof(seal->pool.seed));
	crypto->ERR_pop_to_mark();
	if (!made)
		tap_seal_end(seal);
	return made;
}

void tap_seal_end(struct seal *seal)
{
	const struct tap_crypto *crypto = seal->crypto;

	if (!crypto)
		return;
	tap_encrypt_end(crypto, &seal->send);
	tap_encrypt_end(crypto, &seal->receive[0]);
	tap_encrypt_end(crypto, &seal->receive[1]);
	crypto->OPENSSL_cleanse(seal, sizeof(*seal));
}

size_t tap_seal_overhead(const struct seal *seal)
{
	return SEAL_HEAD + SEAL_HEADER + tap_encrypt_mac_size(&seal->send);
}

/* Under a filter, by which a program can have forbidden itself to ask: CBC by the old seed, of the process's
 * lineage, which parts a child from its parent, its id, which parts children from each other, and zeros.
 * The seed goes with it. */
static bool stretch(struct seal *seal, uint32_t process)
{
	const struct tap_crypto *crypto = seal->crypto;
	uint8_t fresh[sizeof(seal->pool)] = {0};
	struct stealing s;
	bool made;

	memcpy(fresh, (const uint32_t[]){process, tap_process()}, 2 * sizeof(process));
	made = tap_stealing_begin(crypto, &s, seal->pool.seed, sizeof(seal->pool.seed), true) &&
	       tap_stealing_encrypt(crypto, &s, fresh, sizeof(fresh), NULL);
	tap_stealing_end(crypto, &s);
	if (made)
		memcpy(&seal->pool, fresh, sizeof(fresh));
	crypto->OPENSSL_cleanse(fresh, sizeof(fresh));
	return made;
}

static bool draw(struct seal *seal, uint8_t *confounder)
{
	uint32_t process = tap_lineage();

	if (seal->used == SEAL_POOL || seal->process != process) {
		seal->used = SEAL_POOL;
		if (!(is_confined() ? stretch(seal, process)
				    : ask_kernel((uint8_t *)&seal->pool, sizeof(seal->pool))))
			return false;
		seal->process = process;
		seal->used = 0;
	}
	memcpy(confounder, seal->pool.confounders + seal->used, ENCRYPT_CONFOUNDER);
	seal->used += ENCRYPT_CONFOUNDER;
	return true;
}

size_t tap_seal_wrap(struct seal *seal, uint8_t *token, size_t n)
{
	uint64_t number = __builtin_bswap64(seal->number);

	if (n > INT_MAX - SEAL_OVERHEAD || !draw(seal, token + SEAL_HEADER))
		return 0;
	memcpy(token, (const uint8_t[8]){TOKEN_WRAP >> 8, TOKEN_WRAP & 0xff, seal->flags, FILLER}, 8);
	memcpy(token + 8, &number, sizeof(number));
	memcpy(token + SEAL_HEAD + n, token, SEAL_HEADER);
	if (!tap_encrypt(seal->crypto, &seal->send, token + SEAL_HEADER,
			 ENCRYPT_CONFOUNDER + n + SEAL_HEADER))
		return 0;
	seal->number++;
	return n + tap_seal_overhead(seal);
}

static void turn(uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length / 2; i++) {
		uint8_t byte = bytes[i];

		bytes[i] = bytes[length - 1 - i];
		bytes[length - 1 - i] = byte;
	}
}

/* The first `by` bytes go to the end (4.2.5). Few they are from who rotates by header and MAC, as others do.
 */
static void rotate(uint8_t *bytes, size_t length, size_t by)
{
	uint8_t aside[64];

	by = length ? by % length : 0;
	if (by <= sizeof(aside)) {
		memcpy(aside, bytes, by);
		memmove(bytes, bytes + by, length - by);
		memcpy(bytes + length - by, aside, by);
		return;
	}
	turn(bytes, by);
	turn(bytes + by, length - by);
	turn(bytes, length);
}

/* In the order of MIT's libgssapi: it decides which of two faults is told. */
static OM_uint32 check_header(const struct seal *seal, const uint8_t *token, size_t n)
{
	uint16_t kind = n < 2 ? 0 : get16(token);

	if (n < SEAL_HEADER || (kind != TOKEN_WRAP && kind != TOKEN_MIC && kind != TOKEN_DELETE))
		return GSS_S_DEFECTIVE_TOKEN;
	if ((token[2] & BY_ACCEPTOR) != seal->peer)
		return GSS_S_BAD_SIG;
	if (kind != TOKEN_WRAP || token[3] != FILLER)
		return GSS_S_DEFECTIVE_TOKEN;
	return token[2] & SEALED ? GSS_S_COMPLETE : GSS_S_BAD_QOP;
}

/* The header under the seal is the one in front of it, but for RRC. */
static bool same_header(const uint8_t *sealed, const uint8_t *token)
{
	return !memcmp(sealed, token, 6) && !memcmp(sealed + 8, token + 8, 8);
}

OM_uint32 tap_seal_unwrap(struct seal *seal, uint8_t *token, size_t n, uint8_t **plain, size_t *length)
{
	struct encrypt_key *key = &seal->receive[seal->flags & BY_SUBKEY && n > 2 && token[2] & BY_SUBKEY];
	OM_uint32 major;
	size_t mac = tap_encrypt_mac_size(key), extra, inside;

	*plain = NULL;
	*length = 0;
	if (!n)
		return GSS_S_CALL_INACCESSIBLE_READ;
	if (n > INT_MAX)
		return GSS_S_DEFECTIVE_TOKEN;
	major = check_header(seal, token, n);
	if (major)
		return major;
	if (n < SEAL_HEAD + mac)
		return GSS_S_BAD_SIG;
	rotate(token + SEAL_HEADER, n - SEAL_HEADER, get16(token + 6));
	inside = n - SEAL_HEAD - mac;
	if (!tap_decrypt(seal->crypto, key, token + SEAL_HEADER, ENCRYPT_CONFOUNDER + inside))
		return GSS_S_BAD_SIG;
	extra = get16(token + 4);
	if (inside < SEAL_HEADER + extra || !same_header(token + SEAL_HEAD + inside - SEAL_HEADER, token))
		return GSS_S_DEFECTIVE_TOKEN;
	*plain = token + SEAL_HEAD;
	*length = inside - SEAL_HEADER - extra;
	return tap_sequence_check(&seal->came, get64(token + 8));
}
