/* SPDX-License-Identifier: MIT */
/* See facts.h: the store of a thread's call in flight, and what the library itself is asked. */
#include "shim/gss/facts.h"
#include "shim/core/start.h"
#include "shim/gss/drop.h"
#include "shim/gss/guest.h"
#include "trace/unconst.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static __thread struct tap_learning *own; /* as long as the thread lives: it may make another context */

static void thread_ends(void)
{
	struct tap_learning *l = own;

	own = NULL;
	if (l)
		munmap(l, sizeof(*l));
}

void tap_facts_settle(struct tap_facts *facts)
{
	facts->pol.initiator.text = facts->initiator[0] ? facts->initiator : NULL;
	facts->pol.acceptor.text = facts->acceptor[0] ? facts->acceptor : NULL;
	facts->pol.asked.text = facts->asked[0] ? facts->asked : NULL;
	facts->pol.store.text = facts->store[0] ? facts->store : NULL;
	facts->pol.mech = facts->has_mech ? facts->mech : NULL;
}

void tap_facts_mech(struct tap_facts *facts, gss_const_OID mech)
{
	facts->has_mech = mech && mech->elements && mech->length && mech->length <= sizeof(facts->mech);
	facts->pol.mech_length = 0;
	if (!facts->has_mech)
		return;
	memcpy(facts->mech, mech->elements, mech->length);
	facts->pol.mech_length = mech->length;
}

/* The mechanisms of RFC 1964 and 4121, in all the ways that MIT and Heimdal know them. */
bool tap_is_kerberos(gss_const_OID mech)
{
	static const gss_OID_desc known[] = {
		{9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"}, /* krb5 */
		{5, "\x2b\x05\x01\x05\x02"},		     /* krb5, before RFC 1964 */
		{9, "\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"}, /* krb5, as Microsoft once had it */
		{6, "\x2b\x06\x01\x05\x02\x05"},	     /* iakerb */
	};

	for (size_t i = 0; mech && i < sizeof(known) / sizeof(known[0]); i++)
		if (mech->length == known[i].length &&
		    !memcmp(mech->elements, known[i].elements, known[i].length))
			return true;
	return false;
}

/* The first token of RFC 2743, section 3.1: its frame, and krb5's OID (RFC 4121). */
bool tap_begins_kerberos(const gss_buffer_desc *token)
{
	static const uint8_t oid[] = "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02";
	const uint8_t *bytes = token ? token->value : NULL;
	size_t head;

	if (!bytes || token->length < 20 || bytes[0] != 0x60)
		return false;
	head = bytes[1] < 0x80 ? 2 : 2 + (size_t)(bytes[1] & 0x7f);
	return head < 7 && !memcmp(bytes + head, oid, sizeof(oid) - 1);
}

/*
 * An exported context, as MIT's mechglue frames it: four bytes of length, the mechanism's object identifier,
 * and the mechanism's own. Only Kerberos is asked for names: others crash.
 */
bool tap_exports_kerberos(const gss_buffer_desc *exported)
{
	const uint8_t *bytes = exported ? exported->value : NULL;
	gss_OID_desc mech;

	if (!bytes || exported->length < 4)
		return false;
	mech.length =
		(OM_uint32)bytes[0] << 24 | (OM_uint32)bytes[1] << 16 | (OM_uint32)bytes[2] << 8 | bytes[3];
	mech.elements = (void *)(uintptr_t)(bytes + 4);
	return mech.length <= exported->length - 4 && tap_is_kerberos(&mech);
}

/* Kerberos alone: its keys are the KDC's and made at random. NTLM's follow from a password. */
void tap_put_exported(struct tr_draft *d, const gss_buffer_desc *exported)
{
	uint8_t hash[16];

	if (!tap_exports_kerberos(exported))
		return;
	tr_hash_in_common(exported->value, exported->length, hash);
	tr_put(d, TR_F_EXPORTED, hash, sizeof(hash));
}

struct tap_learning *tap_learn_begin(const struct tap_scope *scope, uintptr_t frame, enum pol_role role,
				     gss_ctx_id_t before, uint32_t flags_requested)
{
	const struct tap_gss_guest *guest = tap_gss_guest();
	struct tap_learning *l = own;

	if (!l) {
		void *room =
			mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (room == MAP_FAILED)
			return NULL;
		l = own = room;
		tap_at_thread_end(thread_ends);
	}
	/* The stack grows downwards: what was begun at or below this frame was left by longjmp. */
	if (l->call.open && l->call.frame > frame)
		return NULL;
	l->facts.pol = (struct pol_facts){
		.role = role,
		.moment = POL_BEFORE_TOKEN,
		.flags_requested = flags_requested,
		.lifetime = UINT32_MAX,
	};
	l->facts.has_mech = false;
	l->facts.initiator[0] = l->facts.acceptor[0] = l->facts.asked[0] = l->facts.store[0] = 0;
	l->call = (struct tap_call){.frame = frame,
				    .judge = scope->judge,
				    .open = true,
				    .guests = guest && guest->stands_for(),
				    .before = before,
				    .process = tap_lineage()};
	return l;
}

bool tap_learn_end(struct tap_learning *learning, uintptr_t frame)
{
	if (learning != tap_learning() || learning->call.frame != frame)
		return false;
	learning->call.open = false;
	return true;
}

struct tap_learning *tap_learning(void)
{
	return own && own->call.open ? own : NULL;
}

/* A name that the library gave. */
static void take_name(const struct tap_scope *scope, gss_const_name_t name, char *out, struct pol_name *known)
{
	if (name != GSS_C_NO_NAME && tap_display_whole(scope, name, out, TAP_NAME, &known->whole) && out[0])
		known->text = out;
}

/*
 * MIT's IAKERB calls a context complete that was begun with a token of Kerberos', and has nothing of it;
 * gss_inquire_sec_context_by_oid crashes then, where others look first.
 */
static bool is_there(const struct tap_scope *scope, gss_ctx_id_t context)
{
	__typeof__(&gss_inquire_context) inquire = TAP_OTHER(scope, gss_inquire_context);
	OM_uint32 minor;

	return inquire && GSS_ROUTINE_ERROR(inquire(&minor, context, NULL, NULL, NULL, NULL, NULL, NULL,
						    NULL)) != GSS_S_NO_CONTEXT;
}

/* The session key's OID ends in its encryption type; the key itself is wiped before it is freed. */
uint32_t tap_session_enctype(const struct tap_scope *scope, gss_ctx_id_t context)
{
	static const gss_OID_desc inquire = {11, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x05"};
	static const char prefix[] = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x04";
	__typeof__(&gss_inquire_sec_context_by_oid) ask = TAP_OTHER(scope, gss_inquire_sec_context_by_oid);
	__typeof__(&gss_release_buffer_set) release = TAP_OTHER(scope, gss_release_buffer_set);
	gss_buffer_set_t set = NULL;
	uint32_t enctype = 0;
	OM_uint32 minor;
	int saved = errno;

	tap_quiet_begin();
	if (ask && release && is_there(scope, context) &&
	    ask(&minor, context, TR_UNCONST(&inquire), &set) == GSS_S_COMPLETE && set) {
		if (set->count >= 2 && set->elements[1].length > 10 &&
		    !memcmp(set->elements[1].value, prefix, 10)) {
			const uint8_t *arc = (const uint8_t *)set->elements[1].value + 10;

			for (size_t i = 10; i < set->elements[1].length; i++, arc++)
				enctype = enctype << 7 | (*arc & 0x7f);
		}
		if (set->count)
			explicit_bzero(set->elements[0].value, set->elements[0].length);
		release(&minor, &set);
	}
	tap_quiet_end();
	errno = saved;
	return enctype;
}

void tap_facts_ask(const struct tap_scope *scope, gss_ctx_id_t context, gss_const_OID mech,
		   gss_const_name_t source, struct tap_facts *facts)
{
	__typeof__(&gss_inquire_context) inquire = TAP_OTHER(scope, gss_inquire_context);
	gss_name_t initiator = GSS_C_NO_NAME, acceptor = GSS_C_NO_NAME;
	/* Each name costs the library microseconds: without a trace only the one that is judged, or may be by
	 * a later policy. */
	bool told = tr_level != TR_LEVEL_OFF, judged = scope->judge;
	bool accepts = facts->pol.role == POL_ACCEPTOR;
	bool want_initiator = told || (judged && accepts), want_acceptor = told || (judged && !accepts);
	OM_uint32 minor;
	int saved = errno;

	tap_quiet_begin();
	if (accepts && want_initiator)
		take_name(scope, source, facts->initiator, &facts->pol.initiator);
	want_initiator = want_initiator && !facts->pol.initiator.text;
	/* Others are better not asked: gss-ntlmssp's gss_inquire_context crashes for an acceptor. */
	if (tap_is_kerberos(mech) && (want_initiator || want_acceptor) && inquire &&
	    inquire(&minor, context, want_initiator ? &initiator : NULL, want_acceptor ? &acceptor : NULL,
		    NULL, NULL, NULL, NULL, NULL) == GSS_S_COMPLETE) {
		take_name(scope, initiator, facts->initiator, &facts->pol.initiator);
		take_name(scope, acceptor, facts->acceptor, &facts->pol.acceptor);
		tap_drop_name(scope, &initiator);
		tap_drop_name(scope, &acceptor);
	}
	tap_quiet_end();
	errno = saved;
}

void tap_facts_ask_imported(const struct tap_scope *scope, gss_ctx_id_t context, struct tap_facts *facts)
{
	__typeof__(&gss_inquire_context) inquire = TAP_OTHER(scope, gss_inquire_context);
	gss_name_t initiator = GSS_C_NO_NAME, acceptor = GSS_C_NO_NAME;
	gss_OID mech = GSS_C_NO_OID;
	OM_uint32 minor, flags = 0;
	int saved = errno, initiated = 0;

	tap_quiet_begin();
	if (inquire && inquire(&minor, context, &initiator, &acceptor, &facts->pol.lifetime, &mech, &flags,
			       &initiated, NULL) == GSS_S_COMPLETE) {
		facts->pol.lifetime_known = true;
		facts->pol.role = initiated ? POL_INITIATOR : POL_ACCEPTOR;
		facts->pol.flags_granted = flags;
		facts->pol.anonymous = flags & GSS_C_ANON_FLAG;
		tap_facts_mech(facts, mech);
		take_name(scope, initiator, facts->initiator, &facts->pol.initiator);
		take_name(scope, acceptor, facts->acceptor, &facts->pol.acceptor);
		tap_drop_name(scope, &initiator);
		tap_drop_name(scope, &acceptor);
	}
	tap_quiet_end();
	errno = saved;
	if (TAP_POLICY(pol_judges_session))
		facts->pol.session_enctype = tap_session_enctype(scope, context);
}
