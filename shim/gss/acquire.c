/* SPDX-License-Identifier: MIT */
/* See acquire.h. */
#include "shim/gss/acquire.h"

#include "shim/core/lock.h"
#include "shim/core/program.h"
#include "shim/gss/drop.h"
#include "trace/unconst.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PLACES_MOST 640 /* bytes of all places of a rule, once their templates are filled in */
#define KEYS_MOST 4

__thread gss_const_name_t tap_acquires_for;

/* One acquisition under way: what a rule came to, or two of them, where both ends are wanted. */
struct source {
	const struct tap_scope *scope;
	struct pol_verdict verdict; /* of the first rule that matched */
	gss_key_value_element_desc element[KEYS_MOST];
	gss_key_value_set_desc set;
	size_t used; /* of places */
	char places[PLACES_MOST], own[TAP_NAME];
	bool own_is_service; /* service@host, else a principal; "": none is asked for */
};

static gss_OID_desc krb5 = {9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
static gss_OID_desc iakerb = {6, "\x2b\x06\x01\x05\x02\x05"};
static gss_OID_desc spnego = {6, "\x2b\x06\x01\x05\x05\x02"};

static bool is(gss_const_OID one, gss_const_OID other)
{
	return one && one->length == other->length && !memcmp(one->elements, other->elements, one->length);
}

/* A name as rules have it, which know no service@host. here: the host where it has none, or NULL. */
static void read_name(const struct tap_scope *scope, gss_const_name_t name, const char *here,
		      char out[TAP_NAME], struct pol_name *known)
{
	static const gss_OID_desc hostbased = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"};
	static const gss_OID_desc hostbased_x = {6, "\x2b\x06\x01\x05\x06\x02"};
	gss_OID type = GSS_C_NO_OID;
	char *at;

	if (!tap_display_typed(scope, name, out, TAP_NAME, &known->whole, &type) || !out[0])
		return;
	known->text = out;
	if (!is(type, &hostbased) && !is(type, &hostbased_x)) {
		pol_drop_escapes(out);
		return;
	}
	at = strchr(out, '@');
	if (at) {
		*at = '/';
	} else if (here) {
		known->whole &= strlen(out) + strlen(here) + 2 <= TAP_NAME;
		tap_append(out, TAP_NAME, "/");
		tap_append(out, TAP_NAME, here);
	}
	pol_fold_host(out);
}

static bool put_place(struct source *s, const char *key, const char *template,
		      const struct pol_values *values)
{
	char *place = s->places + s->used;

	if (!template)
		return true;
	if (s->set.count == KEYS_MOST || pol_expand_by(template, values, place, PLACES_MOST - s->used))
		return false;
	s->used += strlen(place) + 1;
	s->element[s->set.count++] = (gss_key_value_element_desc){key, place};
	return true;
}

/* Tickets that nobody has a place for are this process's own, a cache for each rule. */
static bool put_own_cache(struct source *s, const struct pol_acquire *rule, const struct pol_values *values)
{
	char place[64] = "MEMORY:gsstap-";

	if (rule->ccache || !rule->client_keytab)
		return true;
	tap_append_number(place, sizeof(place), s->verdict.number);
	tap_append(place, sizeof(place), "-%{uid}");
	return put_place(s, "ccache", place, values);
}

/* An empty one: else the library fills the cache with the default one's. */
static const char no_keys[] = "MEMORY:gsstap-no-keys";

static bool put_client_keys(struct source *s, const struct pol_acquire *rule, const struct pol_values *values)
{
	if (!rule->client_keytab && rule->ccache && s->set.count < KEYS_MOST)
		s->element[s->set.count++] = (gss_key_value_element_desc){"client_keytab", no_keys};
	return put_place(s, "client_keytab", rule->client_keytab, values);
}

/* A pattern of names is none that could be asked for. */
static bool put_own(struct source *s, const struct pol_acquire *rule, const struct pol_values *values)
{
	const char *own = rule->accept ? rule->accept : rule->principal;

	if (!own || (rule->accept && own[strcspn(own, "*?[\\")]))
		return true;
	s->own_is_service = rule->accept && !strchr(own, '/');
	return !pol_expand_by(own, values, s->own, sizeof(s->own));
}

static bool fill(struct source *s, const struct pol_acquire *rule, const char *host)
{
	uint32_t user = (uint32_t)geteuid();
	struct pol_values values = {.host = host, .user = &user};

	return put_place(s, "ccache", rule->ccache, &values) && put_own_cache(s, rule, &values) &&
	       put_client_keys(s, rule, &values) && put_place(s, "keytab", rule->keytab, &values) &&
	       put_place(s, "rcache", rule->rcache, &values) && (s->own[0] || put_own(s, rule, &values));
}

static enum pol_action deny(struct source *s, struct pol_verdict *verdict, const char *why)
{
	tap_append(verdict->reason, sizeof(verdict->reason), why);
	verdict->action = POL_DENY;
	s->verdict = *verdict;
	return POL_DENY;
}

static enum pol_action one_end_by(const struct pol *policy, struct source *s, struct pol_wish *wish)
{
	struct pol_acquire rule = {0};
	struct pol_verdict verdict;

	switch (pol_judge_wish(policy, wish, &rule, &verdict)) {
	case POL_ALLOW:
		return POL_ALLOW;
	case POL_CHANGE:
		if (!s->set.count)
			s->verdict = verdict;
		return fill(s, &rule, wish->host)
			       ? POL_CHANGE
			       : deny(s, &verdict, " has a name or place that cannot be made here");
	default:
		return deny(s, &verdict, "");
	}
}

static enum pol_action one_end(struct source *s, struct pol_wish *wish, enum pol_role role)
{
	const struct pol *policy = tap_policy_take();
	enum pol_action action;

	wish->role = role;
	action = one_end_by(policy, s, wish);
	tap_policy_give(policy);
	return action;
}

/* What the rules have to say: POL_CHANGE, and s says where it is from; POL_DENY, and why; or nothing. */
static __attribute__((noinline)) enum pol_action ask_rules(struct source *s, const struct tap_scope *scope,
							   gss_cred_usage_t usage, gss_const_name_t own,
							   gss_const_name_t target)
{
	struct pol_process process = tap_program(TAP_POLICY(pol_judges_user));
	struct pol_wish wish = {
		.process = &process, .addressed = target != GSS_C_NO_NAME, .named = own != GSS_C_NO_NAME};
	enum pol_action initiator = POL_ALLOW, acceptor = POL_ALLOW;
	char service[TAP_NAME], name[TAP_NAME];
	struct utsname host;

	s->scope = scope;
	s->set = (gss_key_value_set_desc){0, s->element};
	s->own[0] = 0;
	s->used = 0;
	if (!uname(&host))
		wish.host = host.nodename;
	read_name(scope, own, NULL, name, &wish.own);
	read_name(scope, target, wish.host, service, &wish.service);
	if (usage != GSS_C_ACCEPT)
		initiator = one_end(s, &wish, POL_INITIATOR);
	if (usage != GSS_C_INITIATE && initiator != POL_DENY)
		acceptor = one_end(s, &wish, POL_ACCEPTOR);
	return initiator == POL_DENY || acceptor == POL_DENY ? POL_DENY
	       : initiator || acceptor			     ? POL_CHANGE
							     : POL_ALLOW;
}

static gss_name_t import(const struct source *s)
{
	static gss_OID_desc hostbased = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"};
	static gss_OID_desc principal = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01"};
	__typeof__(&gss_import_name) call = TAP_OTHER(s->scope, gss_import_name);
	gss_buffer_desc text = {strlen(s->own), TR_UNCONST(s->own)};
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor;

	tap_quiet_begin();
	if (call)
		call(&minor, &text, s->own_is_service ? &hostbased : &principal, &name);
	tap_quiet_end();
	return name;
}

/* Why there is none, in the library's words. */
static __attribute__((noinline)) void blame(struct source *s, OM_uint32 major, OM_uint32 minor,
					    gss_const_OID mech)
{
	char text[TAP_TEXT], *reason = s->verdict.reason;
	const size_t size = sizeof(s->verdict.reason);

	tap_append(reason, size, " has no credential to give, of");
	for (OM_uint32 i = 0; i < s->set.count; i++) {
		if (s->element[i].value == no_keys)
			continue;
		tap_append(reason, size, i ? ", " : " ");
		tap_append(reason, size, s->element[i].key);
		tap_append(reason, size, " ");
		tap_append(reason, size, s->element[i].value);
	}
	tap_append(reason, size, ": ");
	tap_append(reason, size, tap_status_text(s->scope, major, minor, mech, text));
	s->verdict.action = POL_DENY;
}

/* By keys of an initiator's, for which the library gets tickets: what is in the cache until then goes. */
static bool fills_cache(const struct source *s)
{
	for (OM_uint32 i = 0; i < s->set.count; i++)
		if (!strcmp(s->element[i].key, "client_keytab"))
			return s->element[i].value != no_keys;
	return false;
}

static OM_uint32 ask_library(struct source *s, const struct tap_acquiring *a)
{
	__typeof__(&gss_acquire_cred_from) from = TAP_OTHER(s->scope, gss_acquire_cred_from);
	__typeof__(&gss_add_cred_from) add = TAP_OTHER(s->scope, gss_add_cred_from);
	gss_name_t imported = a->own == GSS_C_NO_NAME && s->own[0] ? import(s) : GSS_C_NO_NAME;
	gss_name_t own = imported ? imported : a->own;
	OM_uint32 major = GSS_S_UNAVAILABLE;

	*a->minor = 0;
	if (own == GSS_C_NO_NAME && s->own[0])
		return GSS_S_BAD_NAME;
	tap_quiet_begin();
	if (a->adds && add)
		major = add(a->minor, a->input, own, a->mech, a->usage, a->time, a->acceptor_time, &s->set,
			    a->cred, a->actual, a->lifetime, a->acceptor_lifetime);
	else if (!a->adds && from)
		major = from(a->minor, own, a->time, a->mechs, a->usage, &s->set, a->cred, a->actual,
			     a->lifetime);
	tap_quiet_end();
	tap_drop_name(s->scope, &imported);
	return major;
}

/* Of two threads that fill a cache at once the second would empty it where the first looks for a ticket. Who
 * waits for a KDC too long is not waited for. */
static OM_uint32 acquire(struct source *s, const struct tap_acquiring *a)
{
	static struct tap_lock filling;
	bool locked = fills_cache(s) && tap_lock(&filling);
	OM_uint32 major = ask_library(s, a);

	if (locked)
		tap_unlock(&filling);
	return major;
}

/* Of several mechanisms a library takes those that have a credential: Kerberos is to be one of them. */
static bool has_kerberos(struct source *s, const struct tap_acquiring *a)
{
	gss_OID_set_desc mechs = {1, &krb5};
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	OM_uint32 minor, major;
	struct tap_acquiring one = {.minor = &minor,
				    .own = a->own,
				    .mechs = &mechs,
				    .usage = a->usage,
				    .time = a->time,
				    .cred = &cred};

	major = acquire(s, &one);
	if (GSS_ERROR(major))
		blame(s, major, minor, &krb5);
	tap_drop_cred(s->scope, &cred);
	return !GSS_ERROR(major);
}

/* What the rules are about: Kerberos, by itself or among others. *alone: and nothing else. */
static bool wants_kerberos(const struct tap_acquiring *a, bool *alone)
{
	gss_OID_set_desc one = {1, a->mech};
	const gss_OID_set_desc *mechs = a->adds ? &one : a->mechs;
	bool wants = false;

	*alone = mechs && mechs->count == 1 && !is(mechs->elements, &spnego);
	if (!mechs || (a->adds && !a->mech))
		return true;
	for (size_t i = 0; i < mechs->count; i++)
		wants |= tap_is_kerberos(&mechs->elements[i]) || is(&mechs->elements[i], &spnego);
	return wants;
}

/* From where the rules say; false: there is none, or in audit mode none is to be taken. */
static bool take(struct source *s, const struct tap_acquiring *a, bool alone, OM_uint32 *major)
{
	if (!alone && !has_kerberos(s, a))
		return false;
	*major = acquire(s, a);
	if (GSS_ERROR(*major))
		blame(s, *major, *a->minor, alone ? &krb5 : GSS_C_NO_OID);
	return !GSS_ERROR(*major);
}

static gss_key_value_element_desc *find(struct source *s, const char *key)
{
	for (OM_uint32 i = 0; i < s->set.count; i++)
		if (!strcmp(s->element[i].key, key))
			return &s->element[i];
	return NULL;
}

/* One with tickets that are got by the rule's keys, into a cache of this process. */
static OM_uint32 acquire_apart(struct source *s, const struct tap_acquiring *a,
			       gss_key_value_element_desc *cache)
{
	const char *place = cache->value;
	char apart[64] = "MEMORY:gsstap-trial-";
	OM_uint32 major;

	tap_append_number(apart, sizeof(apart), s->verdict.number);
	tap_append(apart, sizeof(apart), "-");
	tap_append_number(apart, sizeof(apart), geteuid());
	cache->value = apart;
	major = acquire(s, a);
	cache->value = place;
	return major;
}

/* Whether there is one, with nothing written: from what is in the rule's cache, else by its keys. */
static void try(struct source *s, const struct tap_acquiring *a)
{
	gss_key_value_element_desc *cache = find(s, "ccache"), *keys = find(s, "client_keytab");
	const char *place = keys ? keys->value : NULL;
	OM_uint32 major;

	if (keys)
		keys->value = no_keys;
	major = acquire(s, a);
	if (keys)
		keys->value = place;
	if (GSS_ERROR(major) && cache && keys && place != no_keys)
		major = acquire_apart(s, a, cache);
	if (GSS_ERROR(major))
		blame(s, major, *a->minor, &krb5);
}

/* In audit mode it is tried, since what enforce refuses is to be told, and given back. */
static void try_only(struct source *s, const struct tap_acquiring *a)
{
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	struct tap_acquiring trial = {.own = a->own, .usage = a->usage, .time = a->time, .cred = &cred};
	gss_OID_set_desc mechs = {1, &krb5};
	OM_uint32 minor;

	trial.minor = &minor;
	trial.mechs = &mechs;
	if (s->verdict.action != POL_DENY)
		try(s, &trial);
	if (s->verdict.action == POL_DENY)
		tap_refuses(s->scope, &s->verdict, NULL);
	tap_drop_cred(s->scope, &cred);
}

static void empty(const struct tap_acquiring *a)
{
	if (a->cred && !(a->adds && a->input))
		*a->cred = GSS_C_NO_CREDENTIAL;
	if (a->actual)
		*a->actual = GSS_C_NO_OID_SET;
	if (a->lifetime)
		*a->lifetime = 0;
	if (a->acceptor_lifetime)
		*a->acceptor_lifetime = 0;
}

static __attribute__((noinline)) bool by_rule(const struct tap_scope *scope, const struct tap_acquiring *a,
					      OM_uint32 *major)
{
	struct source s;
	bool alone;

	if (!wants_kerberos(a, &alone) || !ask_rules(&s, scope, a->usage, a->own, tap_acquires_for))
		return false;
	if (s.verdict.audit) {
		try_only(&s, a);
		return false;
	}
	if (s.verdict.action == POL_DENY || !take(&s, a, alone, major)) {
		tap_refuses(scope, &s.verdict, NULL);
		empty(a);
		*major = tap_refuse_gss(&s.verdict, a->minor);
	}
	return true;
}

static bool asks(const struct tap_scope *scope)
{
	return scope->judge && !scope->nested && TAP_POLICY(pol_acquires);
}

bool tap_acquires_by_rule(const struct tap_scope *scope, const struct tap_acquiring *a, OM_uint32 *major)
{
	int saved = errno;
	bool made = asks(scope) && a->minor && (a->cred || a->adds) && by_rule(scope, a, major);

	errno = saved;
	return made;
}

/* The mechanism of an acceptor's first token, by its frame (RFC 2743, section 3.1); without one it is empty.
 */
static gss_OID_desc framed(const gss_buffer_desc *token)
{
	const gss_OID_desc none = {0, NULL};
	const uint8_t *bytes = token ? token->value : NULL;
	size_t head;

	if (!bytes || token->length < 4 || bytes[0] != 0x60)
		return none;
	head = bytes[1] < 0x80 ? 2 : 2 + (size_t)(bytes[1] & 0x7f);
	if (token->length < head + 2 || bytes[head] != 6 || bytes[head + 1] >= 0x80 ||
	    token->length < head + 2 + bytes[head + 1])
		return none;
	return (gss_OID_desc){bytes[head + 1], TR_UNCONST(bytes + head + 2)};
}

static bool is_ntlm(const gss_buffer_desc *token)
{
	return token && token->length >= 8 && !memcmp(token->value, "NTLMSSP", 8);
}

/* What a library makes of any other is not known here, and it may be Kerberos. */
static bool is_other(gss_const_OID mech)
{
	static const gss_OID_desc beginnings[] = {
		{10, "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"}, /* NTLM */
		{8, "\x2b\x06\x01\x05\x05\x0f\x01\x01"},	  /* GSS-EAP (RFC 7055), of all enctypes */
		{6, "\x2b\x06\x01\x05\x05\x0e"},		  /* SCRAM-SHA-1 (RFC 5802) */
	};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (mech->length >= beginnings[i].length &&
		    !memcmp(mech->elements, beginnings[i].elements, beginnings[i].length))
			return true;
	return false;
}

/* For which of them, so that no others are acquired in vain. False: for one that the rules are not about. */
static bool choose_mechs(const struct tap_handshake *step, const gss_buffer_desc *token, gss_OID_desc room[3],
			 gss_OID_set_desc *mechs)
{
	bool initiates = step->role == TR_ROLE_INITIATOR;

	*mechs = (gss_OID_set_desc){1, room};
	room[0] = !initiates ? framed(token) : step->mech ? *step->mech : krb5;
	if (tap_is_kerberos(room) || is(room, &spnego))
		return true;
	if (initiates || is_other(room) || is_ntlm(token))
		return false;
	room[0] = krb5, room[1] = iakerb, room[2] = spnego;
	mechs->count = 3;
	return true;
}

/* An initiator of Kerberos has all in its context from the first token on, and a cache that is gone by then
 * is no matter. Of others the library may still want one, and would take the default one. */
static bool needs_none(const struct tap_handshake *step)
{
	return step->role == TR_ROLE_INITIATOR && step->before != GSS_C_NO_CONTEXT &&
	       (!step->mech || (tap_is_kerberos(step->mech) && !is(step->mech, &iakerb)));
}

static __attribute__((noinline)) bool lend(const struct tap_scope *scope, struct tap_handshake *step,
					   const gss_buffer_desc *token, gss_cred_id_t *lent)
{
	bool initiates = step->role == TR_ROLE_INITIATOR, alone;
	gss_OID_desc room[3];
	gss_OID_set_desc mechs;
	OM_uint32 minor, major;
	struct tap_acquiring a = {.minor = &minor,
				  .mechs = &mechs,
				  .usage = initiates ? GSS_C_INITIATE : GSS_C_ACCEPT,
				  .time = GSS_C_INDEFINITE,
				  .cred = lent};
	struct source s;

	if (needs_none(step))
		return true;
	if (!choose_mechs(step, token, room, &mechs) || !wants_kerberos(&a, &alone) ||
	    !ask_rules(&s, scope, a.usage, GSS_C_NO_NAME, initiates ? step->target : GSS_C_NO_NAME))
		return true;
	if (s.verdict.audit) {
		if (step->before == GSS_C_NO_CONTEXT)
			try_only(&s, &a);
		return true;
	}
	if (s.verdict.action != POL_DENY && take(&s, &a, alone, &major))
		return true;
	step->verdict = s.verdict;
	step->refused = true;
	tap_refuses(scope, &s.verdict, NULL);
	return false;
}

bool tap_lend(const struct tap_scope *scope, struct tap_handshake *step, const gss_buffer_desc *token,
	      gss_cred_id_t *lent)
{
	int saved = errno;
	bool goes_on = !asks(scope) || step->part || lend(scope, step, token, lent);

	errno = saved;
	return goes_on;
}
