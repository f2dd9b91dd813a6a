/* SPDX-License-Identifier: MIT */
/*
 * What libgssapi asks of libkrb5 while it makes a security context: whose ticket, for whom by its true name,
 * out of which cache, opened by a key of which keytab. Nothing of it is an event or asks anybody anything,
 * and an initiator's peer is judged here, before the token (and a delegated ticket in it) is made.
 *
 * The structures are those of MIT's <krb5.h>; calls that go to another library pass untouched, as do those
 * that are not libgssapi's own. Without a trace only the peer is anybody's business.
 */
#include "shim/core/judge.h"
#include "shim/gss/facts.h"
#include "trace/unconst.h"

#include <errno.h>
#include <krb5.h>
#include <string.h>

/* Exported by MIT's libkrb5, declared in no header of its. */
krb5_error_code krb5_rd_req_decoded(krb5_context context, krb5_auth_context *auth_context,
				    const krb5_ap_req *request, krb5_const_principal server,
				    krb5_keytab keytab, krb5_flags *options, krb5_ticket **ticket);

/* A text that may not fit: past its end nothing is written, and the length goes on. */
struct room {
	char *out;
	size_t size, length;
	bool whole;
};

static void put(struct room *r, char c)
{
	if (r->length + 1 < r->size)
		r->out[r->length] = c;
	else
		r->whole = false;
	r->length++;
}

static void put_bytes(struct room *r, const char *bytes, size_t length)
{
	size_t left = r->length + 1 < r->size ? r->size - 1 - r->length : 0;

	memcpy(r->out + (left ? r->length : 0), bytes, length < left ? length : left);
	r->whole = r->whole && length <= left;
	r->length += length;
}

static void put_text(struct room *r, const char *text)
{
	if (text)
		put_bytes(r, text, strlen(text));
}

static void close_room(struct room *r)
{
	r->out[r->length < r->size ? r->length : r->size - 1] = 0;
}

static bool is_plain(char c)
{
	static const bool is_not[256] = {[0 ... ' '] = true, ['/'] = true, ['@'] = true, ['\\'] = true};

	return !is_not[(unsigned char)c];
}

/* A component or the realm, escaped as krb5_unparse_name does. */
static void put_part(struct room *r, const krb5_data *part)
{
	for (unsigned i = 0, from = 0; i < part->length && r->whole; from = i) {
		char c;

		while (i < part->length && is_plain(part->data[i]))
			i++;
		put_bytes(r, part->data + from, i - from);
		if (i == part->length)
			break;
		c = part->data[i++];
		if (!c)
			r->whole = false;
		if (!c || c == '\n' || c == '\t' || c == '\b' || c == '\\' || c == '@' || c == '/')
			put(r, '\\');
		put(r, !c ? '0' : c == '\n' ? 'n' : c == '\t' ? 't' : c == '\b' ? 'b' : c);
	}
}

/* name/instance@REALM into out, of TAP_NAME bytes. */
static void take_principal(char *out, struct pol_name *known, krb5_const_principal p)
{
	struct room r = {.out = out, .size = TAP_NAME, .whole = true};

	for (int i = 0; p && i < p->length; i++) {
		if (i)
			put(&r, '/');
		put_part(&r, &p->data[i]);
	}
	if (p) {
		put(&r, '@');
		put_part(&r, &p->realm);
	}
	close_room(&r);
	*known = (struct pol_name){p ? out : NULL, r.whole};
}

/*
 * The learning that a call belongs to: made by a GSSAPI library, of MIT's libkrb5, in a handshake that is
 * watched. NULL: it is none of these.
 */
static struct tap_learning *told_to(void *real)
{
	struct tap_learning *l = tap_on && real ? tap_learning() : NULL;

	return l && tap_caller_tells(real) ? l : NULL;
}

/* Declares `real`, the function that this call is for, and whom it tells. */
#define FACTS_REAL(real, learning, name)                                                                     \
	TAP_REAL(real, name);                                                                                \
	struct tap_learning *const learning = told_to((void *)real)

/* A function of the same libkrb5 that has no wrapper. */
#define BESIDE(real, name)                                                                                   \
	({                                                                                                   \
		static __thread struct tap_beside last;                                                      \
		(__typeof__(&name))tap_beside_again(&last, real, #name);                                     \
	})

/* Somebody will read where the own credential is from, or a rule is about it. */
static bool names_store(const struct tap_learning *l)
{
	return tr_level != TR_LEVEL_OFF || (l->call.judge && TAP_POLICY(pol_judges_stores));
}

static void take_cache(struct tap_facts *facts, void *real, krb5_context context, krb5_ccache cache)
{
	__typeof__(&krb5_cc_get_type) type = BESIDE(real, krb5_cc_get_type);
	__typeof__(&krb5_cc_get_name) name = BESIDE(real, krb5_cc_get_name);
	struct room r = {.out = facts->store, .size = sizeof(facts->store), .whole = true};

	if (!cache || !type || !name)
		return;
	put_text(&r, type(context, cache));
	put(&r, ':');
	put_text(&r, name(context, cache));
	close_room(&r);
	facts->pol.store = (struct pol_name){facts->store, r.whole};
}

TAP_EXPORT krb5_error_code krb5_get_credentials(krb5_context context, krb5_flags options, krb5_ccache cache,
						krb5_creds *wanted, krb5_creds **found)
{
	FACTS_REAL(real_call, learning, krb5_get_credentials);

	if (!real_call)
		return KRB5_KDC_UNREACH;
	if (learning && wanted && tr_level != TR_LEVEL_OFF)
		take_principal(learning->facts.asked, &learning->facts.pol.asked, wanted->server);
	if (learning && names_store(learning))
		take_cache(&learning->facts, (void *)real_call, context, cache);
	return real_call(context, options, cache, wanted, found);
}

/* One DER element with a length of up to 4 bytes: its tag, body and length; past it. NULL: it is none. */
static const uint8_t *element(const uint8_t *at, const uint8_t *end, uint8_t *tag, const uint8_t **body,
			      size_t *length)
{
	size_t n, octets;

	if (end - at < 2)
		return NULL;
	*tag = *at++;
	n = *at++;
	if (n & 0x80) {
		octets = n & 0x7f;
		if (octets > 4 || (size_t)(end - at) < octets)
			return NULL;
		for (n = 0; octets--;)
			n = n << 8 | *at++;
	}
	if ((size_t)(end - at) < n)
		return NULL;
	*body = at;
	*length = n;
	return at + n;
}

/* Into the element with this tag among those between *at and *end. False: it is not there. */
static bool enter(const uint8_t **at, const uint8_t **end, uint8_t wanted)
{
	const uint8_t *next = *at, *body;
	size_t length;
	uint8_t tag;

	while ((next = element(next, *end, &tag, &body, &length))) {
		if (tag != wanted)
			continue;
		*at = body;
		*end = body + length;
		return true;
	}
	return false;
}

static uint32_t integer(const uint8_t *at, const uint8_t *end, uint8_t field)
{
	uint32_t n = 0;

	if (!enter(&at, &end, field) || !enter(&at, &end, 0x02) || end - at > 5)
		return 0;
	while (at < end)
		n = n << 8 | *at++;
	return n;
}

static krb5_data data(const uint8_t *at, size_t length)
{
	return (krb5_data){.length = (unsigned)length, .data = TR_UNCONST(at)};
}

static bool is_same(const krb5_data *a, const krb5_data *b)
{
	return a->length == b->length && (!a->length || !memcmp(a->data, b->data, a->length));
}

/*
 * realm [1] GeneralString, sname [2] { name-type [0], name-string [1] SEQUENCE OF GeneralString }. False: it
 * is not there, or is not the name that the ticket is kept by.
 */
static bool take_server(struct tap_facts *facts, krb5_const_principal kept, const uint8_t *at,
			const uint8_t *end)
{
	const uint8_t *realm = at, *realm_end = end, *body;
	struct room r = {.out = facts->acceptor, .size = TAP_NAME, .whole = true};
	krb5_data part;
	size_t length;
	int parts = 0;
	uint8_t tag;

	if (!kept || !enter(&realm, &realm_end, 0xa1) || !enter(&realm, &realm_end, 0x1b) ||
	    !enter(&at, &end, 0xa2) || !enter(&at, &end, 0x30) || !enter(&at, &end, 0xa1) ||
	    !enter(&at, &end, 0x30))
		return false;
	for (; at != end; parts++) {
		at = element(at, end, &tag, &body, &length);
		if (!at || tag != 0x1b || parts == kept->length)
			return false;
		part = data(body, length);
		if (!is_same(&part, &kept->data[parts]))
			return false;
		if (parts)
			put(&r, '/');
		put_part(&r, &part);
	}
	part = data(realm, (size_t)(realm_end - realm));
	if (parts != kept->length || (kept->realm.length && !is_same(&part, &kept->realm)))
		return false;
	put(&r, '@');
	put_part(&r, &part);
	close_room(&r);
	facts->pol.acceptor = (struct pol_name){facts->acceptor, r.whole};
	return true;
}

/*
 * RFC 4120, section 5.3: Ticket ::= [APPLICATION 1] { ..., realm [1], sname [2], enc-part [3] { etype [0],
 * kvno [1], ... } }. That its name is the server's libkrb5 sees to when the KDC sends it, but not when it is
 * read from a cache, where anybody may have changed it: there it is found by the name beside it. That may
 * lack the realm, where the KDC was asked which it is: then it is no name to be judged by, nor where the two
 * differ or there is no ticket to be read.
 */
static void take_ticket(struct tap_facts *facts, const krb5_creds *creds)
{
	const uint8_t *at = (const uint8_t *)creds->ticket.data, *end = at + creds->ticket.length;
	bool good = at && enter(&at, &end, 0x61) && enter(&at, &end, 0x30);

	if (!good || !take_server(facts, creds->server, at, end)) {
		take_principal(facts->acceptor, &facts->pol.acceptor, creds->server);
		facts->pol.acceptor.whole = false;
	}
	if (!good || !enter(&at, &end, 0xa3) || !enter(&at, &end, 0x30))
		return;
	facts->pol.ticket_enctype = integer(at, end, 0xa0);
	facts->pol.kvno = integer(at, end, 0xa1);
}

static void take_times(struct tap_facts *facts, const krb5_ticket_times *times, krb5_flags flags)
{
	facts->pol.ticket_authtime = (uint32_t)times->authtime;
	facts->pol.ticket_endtime = (uint32_t)times->endtime;
	facts->pol.ticket_flags = (uint32_t)flags;
}

/* Before anything of it leaves: may this peer be spoken to, and be given a credential? */
static bool refused(struct tap_learning *l)
{
	enum pol_action action = POL_ALLOW;

	if (l->call.judge)
		action = tap_judge(NULL, &l->facts.pol, NULL, NULL, &l->verdict);
	/* What audit mode would refuse is told by the call that all this is within. */
	l->call.would = l->call.judge && !TAP_POLICY(pol_enforces);
	l->call.strips = action == POL_CHANGE;
	return l->call.refused = action == POL_DENY;
}

TAP_EXPORT krb5_error_code krb5_mk_req_extended(krb5_context context, krb5_auth_context *auth_context,
						krb5_flags options, krb5_data *in_data, krb5_creds *creds,
						krb5_data *request)
{
	FACTS_REAL(real_call, learning, krb5_mk_req_extended);

	if (!real_call)
		return KRB5_KDC_UNREACH;
	if (learning && creds && learning->facts.pol.role == POL_INITIATOR) {
		struct tap_facts *facts = &learning->facts;

		facts->pol.kerberos = true;
		if (tr_level != TR_LEVEL_OFF)
			take_principal(facts->initiator, &facts->pol.initiator, creds->client);
		take_times(facts, &creds->times, creds->ticket_flags);
		take_ticket(facts, creds);
		/* What libgssapi makes of it does not matter: the call ends as the refusal says. */
		if (refused(learning))
			return KRB5KDC_ERR_POLICY;
	}
	return real_call(context, auth_context, options, in_data, creds, request);
}

/* Made inside of the call above; libgssapi goes on without where there is none. */
TAP_EXPORT krb5_error_code krb5_fwd_tgt_creds(krb5_context context, krb5_auth_context auth_context,
					      const char *host, krb5_principal client, krb5_principal server,
					      krb5_ccache cache, int forwardable, krb5_data *message)
{
	FACTS_REAL(real_call, learning, krb5_fwd_tgt_creds);

	if (!real_call)
		return KRB5_KDC_UNREACH;
	if (learning && learning->call.strips)
		return KRB5KDC_ERR_BADOPTION;
	return real_call(context, auth_context, host, client, server, cache, forwardable, message);
}

static void take_keytab(struct tap_facts *facts, void *real, krb5_context context, krb5_keytab keytab)
{
	__typeof__(&krb5_kt_get_name) name = BESIDE(real, krb5_kt_get_name);
	bool known = keytab && name && !name(context, keytab, facts->store, sizeof(facts->store));

	if (!known)
		facts->store[0] = 0;
	facts->pol.store = (struct pol_name){known ? facts->store : NULL, known};
}

/* Somebody will read an acceptor's own name, or a rule for a service is judged by it. */
static bool names_acceptor(const struct tap_learning *l)
{
	return tr_level != TR_LEVEL_OFF || l->call.judge;
}

/* It was the acceptor's true name that was asked for. */
static void take_asked(struct tap_facts *facts)
{
	memcpy(facts->acceptor, facts->asked, sizeof(facts->acceptor));
	facts->pol.acceptor = (struct pol_name){facts->acceptor, facts->pol.asked.whole};
}

TAP_EXPORT krb5_error_code krb5_rd_req_decoded(krb5_context context, krb5_auth_context *auth_context,
					       const krb5_ap_req *request, krb5_const_principal server,
					       krb5_keytab keytab, krb5_flags *options, krb5_ticket **ticket)
{
	FACTS_REAL(real_call, learning, krb5_rd_req_decoded);
	struct tap_facts *facts = learning ? &learning->facts : NULL;
	krb5_error_code result;
	int saved;

	if (!real_call)
		return KRB5_KDC_UNREACH;
	result = real_call(context, auth_context, request, server, keytab, options, ticket);
	if (!facts || !request || !request->ticket || facts->pol.role != POL_ACCEPTOR)
		return result;
	saved = errno;
	facts->pol.kvno = (uint32_t)request->ticket->enc_part.kvno;
	facts->pol.ticket_enctype = (uint32_t)request->ticket->enc_part.enctype;
	if (names_acceptor(learning))
		take_principal(facts->asked, &facts->pol.asked, request->ticket->server);
	if (names_store(learning))
		take_keytab(facts, (void *)real_call, context, keytab);
	/* Only what a key of ours has opened is known. */
	if (!result && request->ticket->enc_part2) {
		facts->pol.kerberos = true;
		if (names_acceptor(learning))
			take_asked(facts);
		take_principal(facts->initiator, &facts->pol.initiator, request->ticket->enc_part2->client);
		take_times(facts, &request->ticket->enc_part2->times, request->ticket->enc_part2->flags);
	}
	errno = saved;
	return result;
}

TAP_EXPORT krb5_error_code krb5_rd_cred(krb5_context context, krb5_auth_context auth_context,
					krb5_data *message, krb5_creds ***creds, krb5_replay_data *replay)
{
	FACTS_REAL(real_call, learning, krb5_rd_cred);
	krb5_error_code result;

	if (!real_call)
		return KRB5_KDC_UNREACH;
	result = real_call(context, auth_context, message, creds, replay);
	if (learning && !result)
		learning->facts.pol.delegated = true;
	return result;
}
