/* SPDX-License-Identifier: MIT */
/*
 * For tests/hosts/seal_*_mit.c: contexts that MIT's libgssapi makes with the realm's KDC, and the shim's
 * sealing beside it: `struct side` is one end, both as libgssapi has it and as we do. The first thing that is
 * not the same ends the program.
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

enum { LARGEST = 70000, ROOM = LARGEST + SEAL_OVERHEAD + 70000 };

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

__attribute__((noreturn, format(printf, 1, 2))) static inline void die(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	exit(1);
}

static inline void need(OM_uint32 major, const char *what)
{
	if (major)
		die("%s: %08x %d", what, major, (int)minor);
}

static inline uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (uint32_t)(state >> 20) % below : 0;
}

static inline void establish(struct pair *pair, OM_uint32 flags)
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
static inline gss_krb5_lucid_context_v1_t *export_lucid(gss_ctx_id_t context)
{
	gss_OID_desc oid = {12, "\052\206\110\206\367\022\001\002\002\005\006\001"};
	gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
	gss_krb5_lucid_context_v1_t *lucid;

	need(gss_inquire_sec_context_by_oid(&minor, context, &oid, &set), "lucid context");
	memcpy(&lucid, set->elements[0].value, sizeof(lucid));
	gss_release_buffer_set(&minor, &set);
	return lucid;
}

static inline void begin(struct side *side, OM_uint32 flags, uint64_t received, bool subkey)
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

static inline void begin_both(struct pair *pair)
{
	begin(&pair->initiator, pair->flags, 0, pair->flags & GSS_C_MUTUAL_FLAG);
	begin(&pair->acceptor, pair->flags, 0, pair->flags & GSS_C_MUTUAL_FLAG);
}

static inline void end(struct pair *pair)
{
	tap_seal_end(&pair->initiator.ours);
	tap_seal_end(&pair->acceptor.ours);
	gss_delete_sec_context(&minor, &pair->initiator.mit, NULL);
	gss_delete_sec_context(&minor, &pair->acceptor.mit, NULL);
}

static inline uint8_t *pattern(size_t n)
{
	static uint8_t bytes[LARGEST];

	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 251 + n);
	return bytes;
}

/* What an exported context holds of numbers, made others: how else to get to the end of them? */
static inline void set_numbers(gss_ctx_id_t *context, uint64_t number)
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

static inline void establish_at(struct pair *pair, OM_uint32 flags, uint64_t number)
{
	establish(pair, flags);
	set_numbers(&pair->initiator.mit, number);
	set_numbers(&pair->acceptor.mit, number);
	begin_both(pair);
	if (pair->initiator.ours.number != number)
		die("the number is %lx", pair->initiator.ours.number);
}
