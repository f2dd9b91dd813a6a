/* SPDX-License-Identifier: MIT */
/*
 * seal_refused_as_mit: what the shim's sealing does not take, or takes out of order, MIT's libgssapi does not
 * take either, and says the same of it. In a realm; a line for each kind.
 */
#include "tests/hosts/seal_pair.h"

enum { NEGATIVE = 48000, EARLIER = 100 };

/* A token with any header and any rest behind the plaintext, its MAC right. `header` is the one outside,
 * `inner` the one that is sealed. Returns its length. */
static size_t craft(struct seal *seal, struct encrypt_key *key, uint8_t *token, const uint8_t header[16],
		    const uint8_t *inner, size_t inner_size, size_t plain)
{
	size_t message = ENCRYPT_CONFOUNDER + plain + inner_size;
	unsigned rrc = (unsigned)header[6] << 8 | header[7];
	static uint8_t rotated[ROOM];

	memcpy(token, header, 16);
	memcpy(token + 16, pattern(16), 16);
	memcpy(token + 32, pattern(plain), plain);
	memcpy(token + 32 + plain, inner, inner_size);
	if (!tap_encrypt(seal->crypto, key, token + 16, message))
		die("not encrypted");
	message += tap_encrypt_mac_size(key);
	for (size_t i = 0; i < message; i++)
		rotated[(i + rrc) % message] = token[16 + i];
	memcpy(token + 16, rotated, message);
	return 16 + message;
}

static void put_header(const struct seal *seal, uint8_t header[16], unsigned extra, unsigned rrc)
{
	uint64_t number = __builtin_bswap64(seal->number);

	memcpy(header,
	       (const uint8_t[]){5, 4, seal->flags, 0xff, (uint8_t)(extra >> 8), (uint8_t)extra,
				 (uint8_t)(rrc >> 8), (uint8_t)rrc},
	       8);
	memcpy(header + 8, &number, 8);
}

/* One that others make (EC, RRC), good or not quite: which of it is sealed differs from what is outside. */
static size_t craft_any(struct seal *seal, struct encrypt_key *base, uint8_t *token)
{
	static const uint8_t filler[70000];
	static uint8_t inner[ROOM];
	unsigned extra = any(3) ? any(40) : any(66000) & 0xffff, rrc = any(2)	? 28
								       : any(3) ? any(100)
										: any(65536);
	size_t plain = any(4) ? any(100) : any(2000), size;
	struct encrypt_key *key = &seal->send;
	uint8_t header[16];

	put_header(seal, header, extra, any(4) ? rrc : 0);
	if (base && any(4) == 0) {
		key = base;
		header[2] &= (uint8_t)~4;
	}
	memcpy(inner, filler, extra);
	memcpy(inner + extra, header, 16);
	memset(inner + extra + 6, 0, 2);
	size = extra + 16;
	switch (any(8)) {
	case 0:
		inner[extra + any(16)] ^= (uint8_t)(1 << any(8));
		break;
	case 1: /* not room for all of what EC says */
		size = any((uint32_t)size);
		plain = any(2) ? 0 : any(20);
		break;
	case 2:
		header[any(6)] ^= (uint8_t)(1 << any(8));
		break;
	case 3:
		put_header(seal, header, any(60), any(100));
		break;
	case 4: /* what is sealed says the same, and has nothing of it */
		memmove(inner, inner + extra, 16);
		size = 16;
		break;
	}
	seal->number++;
	return craft(seal, key, token, header, inner, size, plain);
}

struct earlier {
	uint8_t *bytes;
	size_t length;
};

static void remember(struct earlier *earlier, const uint8_t *token, size_t length)
{
	struct earlier *one = &earlier[any(EARLIER)];

	free(one->bytes);
	one->bytes = malloc(length ? length : 1);
	memcpy(one->bytes, token, length);
	one->length = length;
}

static size_t plain_token(struct seal *seal, uint8_t *token)
{
	size_t n = any(8) ? any(200) : any(5000);

	memcpy(token + SEAL_HEAD, pattern(n), n);
	return tap_seal_wrap(seal, token, n);
}

static size_t any_token(struct side *from, struct side *to, struct encrypt_key *base, struct earlier *earlier,
			uint8_t *token)
{
	struct seal *seal = &from->ours;
	uint64_t next = to->ours.came.base + to->ours.came.next;
	size_t length, back;

	/* What libgssapi's window is after a gap of 63, C does not define: it shifts a number by all its
	 * width. */
	if (next - seal->number > 60 && seal->number - next > 30)
		seal->number = next;
	switch (any(16)) {
	case 0:
		length = plain_token(seal, token);
		token[any((uint32_t)length)] ^= (uint8_t)(1 << any(8));
		return length;
	case 1:
		length = plain_token(seal, token);
		return any(2) ? any((uint32_t)length) : length - any(30);
	case 2:
		length = plain_token(seal, token);
		token[any(16)] = (uint8_t)any(256);
		return length;
	case 3:
		length = plain_token(seal, token);
		for (size_t i = 0; i < 3; i++)
			token[any(16)] ^= (uint8_t)(1 << any(8));
		return length;
	case 4:
		length = plain_token(seal, token);
		token[any(2) ? 4 : 5] = (uint8_t)any(256);
		return length;
	case 5:
		length = plain_token(seal, token);
		token[any(2) ? 6 : 7] = (uint8_t)any(256);
		return length;
	case 6:
		length = plain_token(seal, token);
		back = 1 + any(20);
		memset(token + length, 0, back);
		return length + back;
	case 7: /* back in order, or again */
		seal->number -= any((uint32_t)(seal->number - to->ours.came.base < 200 ? 20 : 130));
		return plain_token(seal, token);
	case 8:
		seal->number += any(30);
		return plain_token(seal, token);
	case 9:
		back = any(EARLIER);
		memcpy(token, earlier[back].bytes, earlier[back].length);
		return earlier[back].length;
	case 10:
		return plain_token(&to->ours, token);
	case 11: {
		gss_buffer_desc message = {3, "abc"}, mic;

		need(gss_get_mic(&minor, from->mit, 0, &message, &mic), "mic");
		length = mic.length;
		memcpy(token, mic.value, length);
		gss_release_buffer(&minor, &mic);
		if (any(2))
			token[1] = 5;
		return length;
	}
	case 12:
		length = any(100);
		for (size_t i = 0; i < length; i++)
			token[i] = (uint8_t)any(256);
		if (any(2))
			memcpy(token, "\5\4\6\377\0", any(5));
		else if (any(2))
			token[0] = 0x60;
		return length;
	case 13:
		return plain_token(seal, token);
	default:
		return craft_any(seal, base, token);
	}
}

/* Without confidentiality we take nothing: what libgssapi says of such a token is another thing. */
static bool is_open(const uint8_t *token, size_t length)
{
	return length >= 16 && token[0] == 5 && token[1] == 4 && token[3] == 0xff && !(token[2] & 2);
}

static OM_uint32 compare(struct side *to, const uint8_t *token, size_t length)
{
	static uint8_t one[ROOM], two[ROOM];
	gss_buffer_desc in = {length, one}, message = {0, NULL};
	OM_uint32 theirs, ours;
	uint8_t *plain;
	size_t n;

	memcpy(one, token, length);
	memcpy(two, token, length);
	theirs = gss_unwrap(&minor, to->mit, &in, &message, NULL, NULL);
	ours = tap_seal_unwrap(&to->ours, two, length, &plain, &n);
	if (is_open(token, length) && ours == GSS_S_BAD_QOP && GSS_ERROR(theirs))
		return ours;
	if (ours != theirs) {
		for (size_t i = 0; i < length && i < 48; i++)
			printf("%02x", token[i]);
		die("\n%zu bytes: %08x, libgssapi says %08x", length, ours, theirs);
	}
	if (!GSS_ERROR(ours) && (n != message.length || (n && memcmp(plain, message.value, n))))
		die("%zu bytes: another plaintext than libgssapi's", length);
	if (GSS_ERROR(ours) && (n || plain))
		die("a plaintext with an error");
	gss_release_buffer(&minor, &message);
	return ours;
}

static unsigned counts[8]; /* good, defective, bad MAC, open, duplicate, old, out of order, gap */

static void count(OM_uint32 major)
{
	static const OM_uint32 all[] = {0,
					GSS_S_DEFECTIVE_TOKEN,
					GSS_S_BAD_SIG,
					GSS_S_BAD_QOP,
					GSS_S_DUPLICATE_TOKEN,
					GSS_S_OLD_TOKEN,
					GSS_S_UNSEQ_TOKEN,
					GSS_S_GAP_TOKEN};

	for (size_t i = 0; i < 8; i++)
		counts[i] += major == all[i];
}

static void refused_alike(struct pair *pair, bool to_acceptor, int tokens)
{
	struct side *from = to_acceptor ? &pair->initiator : &pair->acceptor;
	struct side *to = to_acceptor ? &pair->acceptor : &pair->initiator;
	gss_krb5_lucid_context_v1_t *lucid = export_lucid(from->mit);
	struct earlier earlier[EARLIER] = {0};
	struct encrypt_key base;
	static uint8_t token[ROOM];
	size_t length;

	if (!tap_encrypt_begin(tap_crypto(), &base, lucid->cfx_kd.ctx_key.type, lucid->cfx_kd.ctx_key.data,
			       lucid->cfx_kd.ctx_key.length, to_acceptor ? 24 : 22, true))
		die("no key");
	gss_krb5_free_lucid_sec_context(&minor, lucid);
	for (int i = 0; i < EARLIER; i++) {
		earlier[i].length = plain_token(&from->ours, token);
		earlier[i].bytes = malloc(earlier[i].length);
		memcpy(earlier[i].bytes, token, earlier[i].length);
		need(compare(to, token, earlier[i].length), "a good token");
	}
	for (int i = 0; i < tokens; i++) {
		length = any_token(from, to, &base, earlier, token);
		count(compare(to, token, length));
		if (any(20) == 0)
			remember(earlier, token, length);
	}
	for (int i = 0; i < EARLIER; i++)
		free(earlier[i].bytes);
	tap_encrypt_end(tap_crypto(), &base);
}

static void all_refusals(void)
{
	static const OM_uint32 flags[] = {GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG, GSS_C_REPLAY_FLAG,
					  GSS_C_SEQUENCE_FLAG, 0};
	struct pair pair;

	for (int i = 0; i < 16; i++) {
		establish(&pair, flags[i % 4] | (i & 4 ? GSS_C_MUTUAL_FLAG : 0));
		begin_both(&pair);
		refused_alike(&pair, i & 8, NEGATIVE / 16);
		end(&pair);
	}
	establish_at(&pair, GSS_C_MUTUAL_FLAG | flags[0], 0u - (uint64_t)1000);
	refused_alike(&pair, true, NEGATIVE / 16);
	end(&pair);
	for (size_t i = 0; i < 8; i++)
		if (counts[i] < 50)
			die("only %u of the answer %zu", counts[i], i);
	printf("%s: %d tokens are answered alike (%u good, %u defective, %u bad MAC, %u open, %u duplicate, "
	       "%u old, %u out of order, %u gaps)\n",
	       enctype, NEGATIVE * 17 / 16, counts[0], counts[1], counts[2], counts[3], counts[4], counts[5],
	       counts[6], counts[7]);
}

static void open_ones_are_refused(void)
{
	gss_buffer_desc message = {3, "abc"}, token;
	struct pair pair;
	uint8_t *plain;
	size_t length;

	establish(&pair, GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG);
	begin_both(&pair);
	need(gss_wrap(&minor, pair.initiator.mit, 0, 0, &message, NULL, &token), "wrap");
	if (tap_seal_unwrap(&pair.acceptor.ours, token.value, token.length, &plain, &length) !=
		    GSS_S_BAD_QOP ||
	    plain || length)
		die("a token without confidentiality is taken");
	gss_release_buffer(&minor, &token);
	end(&pair);
	printf("%s: open ones are refused\n", enctype);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	open_ones_are_refused();
	all_refusals();
	return 0;
}
