/* SPDX-License-Identifier: MIT */
/*
 * The shim's sealing beside MIT's libgssapi, in a realm: seal_against_mit [SPEED]. Each context is made by
 * libgssapi with the realm's KDC; `struct side` is one end of it, both as libgssapi has it and as we do. A
 * line for each thing that was found to be the same; the first that is not ends the program.
 */
#include "shim/core/lock.h"
#include "shim/wire/seal.h"
#include "shim/wire/trusted.h"
#include "tests/seal_loader.h"

#include <gssapi/gssapi_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LARGEST = 70000, ROOM = LARGEST + SEAL_OVERHEAD + 70000, NEGATIVE = 48000, EARLIER = 100 };

struct side {
	gss_ctx_id_t mit;
	struct seal ours;
};
struct pair {
	struct side initiator, acceptor;
	OM_uint32 flags;
};

static const char *enctype; /* of the keys that seal */
static OM_uint32 minor;
static uint64_t state = 88172645463325252u;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	exit(1);
}

static void need(OM_uint32 major, const char *what)
{
	if (major)
		die("%s: %08x %d", what, major, (int)minor);
}

static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (uint32_t)(state >> 20) % below : 0;
}

static void establish(struct pair *pair, OM_uint32 flags)
{
	gss_buffer_desc text = {14, "host@localhost"}, there = {0, NULL}, back = {0, NULL};
	OM_uint32 first = GSS_S_CONTINUE_NEEDED, second = GSS_S_CONTINUE_NEEDED;
	gss_name_t name;

	memset(pair, 0, sizeof(*pair));
	need(gss_import_name(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, &name), "import_name");
	while (first == GSS_S_CONTINUE_NEEDED || second == GSS_S_CONTINUE_NEEDED) {
		first = gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &pair->initiator.mit, name,
					     GSS_C_NO_OID, flags, 0, NULL, &back, NULL, &there, NULL, NULL);
		if (GSS_ERROR(first))
			need(first, "init_sec_context");
		gss_release_buffer(&minor, &back);
		if (!there.length)
			break;
		second = gss_accept_sec_context(&minor, &pair->acceptor.mit, GSS_C_NO_CREDENTIAL, &there,
						NULL, NULL, NULL, &back, &pair->flags, NULL, NULL);
		if (GSS_ERROR(second))
			need(second, "accept_sec_context");
		gss_release_buffer(&minor, &there);
	}
	gss_release_name(&minor, &name);
	if ((pair->flags ^ flags) & (GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG | GSS_C_MUTUAL_FLAG))
		die("flags: %x, asked for %x", pair->flags, flags);
}

/* The export as such would end the context. */
static gss_krb5_lucid_context_v1_t *export_lucid(gss_ctx_id_t context)
{
	gss_OID_desc oid = {12, "\052\206\110\206\367\022\001\002\002\005\006\001"};
	gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
	gss_krb5_lucid_context_v1_t *lucid;

	need(gss_inquire_sec_context_by_oid(&minor, context, &oid, &set), "lucid context");
	memcpy(&lucid, set->elements[0].value, sizeof(lucid));
	gss_release_buffer_set(&minor, &set);
	return lucid;
}

static void begin(struct side *side, OM_uint32 flags, uint64_t received, bool subkey)
{
	gss_krb5_lucid_context_v1_t *lucid = export_lucid(side->mit);
	const gss_krb5_lucid_key_t *key = subkey ? &lucid->cfx_kd.acceptor_subkey : &lucid->cfx_kd.ctx_key;
	static const char *const names[] = {"aes128-cts-hmac-sha1-96", "aes256-cts-hmac-sha1-96",
					    "aes128-cts-hmac-sha256-128", "aes256-cts-hmac-sha384-192"};

	if ((lucid->cfx_kd.have_acceptor_subkey != 0) != subkey)
		die("there is %s acceptor's subkey", subkey ? "no" : "an");
	if (key->type < 17 || key->type > 20 || (enctype && strcmp(enctype, names[key->type - 17])))
		die("encryption type %u", key->type);
	enctype = names[key->type - 17];
	tap_seal_end(&side->ours);
	if (!tap_seal_begin(&side->ours, lucid, flags, received))
		die("cannot be sealed here");
	gss_krb5_free_lucid_sec_context(&minor, lucid);
}

static void begin_both(struct pair *pair)
{
	begin(&pair->initiator, pair->flags, 0, pair->flags & GSS_C_MUTUAL_FLAG);
	begin(&pair->acceptor, pair->flags, 0, pair->flags & GSS_C_MUTUAL_FLAG);
}

static void end(struct pair *pair)
{
	tap_seal_end(&pair->initiator.ours);
	tap_seal_end(&pair->acceptor.ours);
	gss_delete_sec_context(&minor, &pair->initiator.mit, NULL);
	gss_delete_sec_context(&minor, &pair->acceptor.mit, NULL);
}

static uint8_t *pattern(size_t n)
{
	static uint8_t bytes[LARGEST];

	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 251 + n);
	return bytes;
}

/* Sizes that have all edges of blocks, of SHA's padding, and of what 16 bits can say. */
static int next_size(int n)
{
	return n < 300 ? n + 1 : n < 4000 ? n + 61 : n > 65480 && n < 65560 ? n + 1 : n + 1237;
}

/* libgssapi's token, made once more with its confounder and its number. */
static void remake(struct side *from, const gss_buffer_desc *token, const uint8_t *confounder, size_t n)
{
	static uint8_t made[ROOM];
	size_t length;

	from->ours.process = tap_process();
	from->ours.used = 0;
	memcpy(from->ours.pool.confounders, confounder, ENCRYPT_CONFOUNDER);
	memcpy(made + SEAL_HEAD, pattern(n), n);
	length = tap_seal_wrap(&from->ours, made, n);
	if (length != token->length || memcmp(made, token->value, length))
		die("%zu bytes: not the token that libgssapi makes", n);
}

static void mit_to_ours(struct side *from, struct side *to, size_t n)
{
	gss_buffer_desc message = {n, pattern(n)}, token;
	static uint8_t taken[ROOM];
	uint8_t *plain;
	size_t length;

	need(gss_wrap(&minor, from->mit, 1, GSS_C_QOP_DEFAULT, &message, NULL, &token), "wrap");
	memcpy(taken, token.value, token.length);
	need(tap_seal_unwrap(&to->ours, taken, token.length, &plain, &length), "our unwrap");
	if (length != n || memcmp(plain, message.value, n))
		die("%zu bytes of libgssapi's are not understood here", n);
	remake(from, &token, taken + SEAL_HEADER, n);
	gss_release_buffer(&minor, &token);
}

static void ours_to_mit(struct side *from, struct side *to, size_t n)
{
	static uint8_t made[ROOM];
	gss_buffer_desc token = {0, made}, message;
	int sealed = 0;

	memcpy(made + SEAL_HEAD, pattern(n), n);
	token.length = tap_seal_wrap(&from->ours, made, n);
	if (token.length != n + tap_seal_overhead(&from->ours))
		die("%zu bytes: a token of %zu", n, token.length);
	need(gss_unwrap(&minor, to->mit, &token, &message, &sealed, NULL), "unwrap");
	if (!sealed || message.length != n || (n && memcmp(message.value, pattern(n), n)))
		die("%zu bytes of ours are not understood there", n);
	gss_release_buffer(&minor, &message);
}

static void all_sizes(OM_uint32 mutual)
{
	struct pair pair;
	int count = 0;

	establish(&pair, mutual | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG);
	begin_both(&pair);
	for (int n = 0; n <= LARGEST;
	     n = n < LARGEST && next_size(n) > LARGEST ? LARGEST : next_size(n), count++) {
		mit_to_ours(&pair.initiator, &pair.acceptor, (size_t)n);
		mit_to_ours(&pair.acceptor, &pair.initiator, (size_t)n);
	}
	end(&pair);
	establish(&pair, mutual | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG);
	begin_both(&pair);
	for (int n = 0; n <= LARGEST; n = n < LARGEST && next_size(n) > LARGEST ? LARGEST : next_size(n)) {
		ours_to_mit(&pair.initiator, &pair.acceptor, (size_t)n);
		ours_to_mit(&pair.acceptor, &pair.initiator, (size_t)n);
	}
	end(&pair);
	printf("%s%s: %d sizes both ways, the same bytes\n", enctype, mutual ? "" : " without a subkey",
	       count);
}

/* After some messages of libgssapi's both ways its context is taken over. */
static void taken_over(void)
{
	struct pair pair;

	for (uint64_t before = 0; before < 70; before += 23) {
		establish(&pair, GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG);
		for (uint64_t i = 0; i < before; i++) {
			gss_buffer_desc message = {5, "hello"}, token, out;

			need(gss_wrap(&minor, pair.initiator.mit, 1, 0, &message, NULL, &token), "wrap");
			need(gss_unwrap(&minor, pair.acceptor.mit, &token, &out, NULL, NULL), "unwrap");
			gss_release_buffer(&minor, &token);
			gss_release_buffer(&minor, &out);
		}
		begin(&pair.initiator, pair.flags, 0, true);
		begin(&pair.acceptor, pair.flags, before, true);
		ours_to_mit(&pair.initiator, &pair.acceptor, 100);
		begin(&pair.initiator, pair.flags, 0, true);
		mit_to_ours(&pair.initiator, &pair.acceptor, 100);
		end(&pair);
	}
	printf("%s: taken over after messages\n", enctype);
}

/* What an exported context holds of numbers, made others: how else to get to the end of them? */
static void set_numbers(gss_ctx_id_t *context, uint64_t number)
{
	gss_krb5_lucid_context_v1_t *lucid = export_lucid(*context);
	uint64_t both[2] = {__builtin_bswap64(lucid->send_seq), __builtin_bswap64(lucid->recv_seq)};
	uint64_t window[4] = {~(uint64_t)0, lucid->recv_seq, 0, 0};
	uint64_t first = __builtin_bswap64(number);
	gss_buffer_desc exported;
	uint8_t *at;

	gss_krb5_free_lucid_sec_context(&minor, lucid);
	need(gss_export_sec_context(&minor, context, &exported), "export");
	at = memmem(exported.value, exported.length, both, sizeof(both));
	if (!at)
		die("an exported context has no numbers");
	memcpy(at, &first, 8);
	memcpy(at + 8, &first, 8);
	at = memmem(exported.value, exported.length, window, sizeof(window));
	if (!at)
		die("an exported context has no window");
	memcpy(at + 8, &number, 8);
	need(gss_import_sec_context(&minor, &exported, context), "import");
	gss_release_buffer(&minor, &exported);
}

static void establish_at(struct pair *pair, OM_uint32 flags, uint64_t number)
{
	establish(pair, flags);
	set_numbers(&pair->initiator.mit, number);
	set_numbers(&pair->acceptor.mit, number);
	begin_both(pair);
	if (pair->initiator.ours.number != number)
		die("the number is %lx", pair->initiator.ours.number);
}

static void numbers_pass(uint64_t edge)
{
	struct pair pair;

	establish_at(&pair, GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG, edge - 5);
	for (int i = 0; i < 10; i++) {
		mit_to_ours(&pair.initiator, &pair.acceptor, 33);
		mit_to_ours(&pair.acceptor, &pair.initiator, 33);
	}
	end(&pair);
	establish_at(&pair, GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG, edge - 5);
	for (int i = 0; i < 10; i++) {
		ours_to_mit(&pair.initiator, &pair.acceptor, 33);
		ours_to_mit(&pair.acceptor, &pair.initiator, 33);
	}
	end(&pair);
}

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

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void speed(void)
{
	static const size_t sizes[] = {64, 1024, 16384};
	static uint8_t made[ROOM];
	struct pair pair;

	establish(&pair, GSS_C_MUTUAL_FLAG);
	begin_both(&pair);
	for (size_t i = 0; i < 3; i++) {
		int times = sizes[i] > 9999 ? 2000 : 20000;
		double a, best[2] = {1e9, 1e9};

		for (int round = 0; round < 7; round++) {
			a = now();
			for (int j = 0; j < times; j++) {
				gss_buffer_desc message = {sizes[i], pattern(0)}, token, out;

				need(gss_wrap(&minor, pair.initiator.mit, 1, 0, &message, NULL, &token),
				     "wrap");
				need(gss_unwrap(&minor, pair.acceptor.mit, &token, &out, NULL, NULL),
				     "unwrap");
				gss_release_buffer(&minor, &token);
				gss_release_buffer(&minor, &out);
			}
			a = now() - a;
			best[0] = a < best[0] ? a : best[0];
			a = now();
			for (int j = 0; j < times; j++) {
				size_t length = tap_seal_wrap(&pair.initiator.ours, made, sizes[i]);
				uint8_t *plain;

				need(tap_seal_unwrap(&pair.acceptor.ours, made, length, &plain, &length),
				     "ours");
			}
			a = now() - a;
			best[1] = a < best[1] ? a : best[1];
		}
		printf("%s %zu bytes: libgssapi %.0f/s, ours %.0f/s (%.1f times)\n", enctype, sizes[i],
		       times / best[0], times / best[1], best[0] / best[1]);
	}
	end(&pair);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && !strcmp(argv[1], "SPEED")) {
		speed();
		return 0;
	}
	all_sizes(GSS_C_MUTUAL_FLAG);
	all_sizes(0);
	taken_over();
	numbers_pass((uint64_t)1 << 32);
	numbers_pass(0);
	printf("%s: numbers pass 2^32 and 2^64\n", enctype);
	open_ones_are_refused();
	all_refusals();
	return 0;
}
