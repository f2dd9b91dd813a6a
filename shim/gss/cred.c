/* SPDX-License-Identifier: MIT */
/*
 * RFC 2743 section 2.1: credentials, and MIT's ways to them (stores, passwords, impersonation, export).
 * Passwords and exported credentials are told by length and keyed hash only.
 */
#include "shim/gss/acquire.h"
#include "shim/gss/gss.h"
#include "shim/gss/handshake.h"
#include "shim/gss/leaving.h"
#include "shim/gss/use.h"

#include <string.h>

/* What all calls that acquire have in common. */
struct acquisition {
	gss_const_name_t name;
	gss_cred_usage_t usage;
	const gss_cred_id_t *cred;
	const OM_uint32 *lifetime;
	gss_const_OID mech;
	const gss_buffer_desc *password;
	gss_const_key_value_set_t store;
};

/*
 * Keys whose value names a place or a service and is no secret itself, of MIT krb5 (kg_acquire_cred_from).
 * Other mechanisms have keys of their own, among them ntlmssp_password and ntlmssp_nthash: of what is not
 * here only the key is told.
 */
static const char *const harmless_keys[] = {
	"ccache",	 /* a ticket cache, by type and name */
	"keytab",	 /* a file of keys */
	"client_keytab", /* the same */
	"rcache",	 /* a replay cache */
	"verify",	 /* the service to verify a password's credentials for */
};

static bool is_harmless(const char *key)
{
	for (size_t i = 0; i < sizeof(harmless_keys) / sizeof(harmless_keys[0]); i++)
		if (!strcmp(key, harmless_keys[i]))
			return true;
	return false;
}

static void put_store(struct tr_draft *d, gss_const_key_value_set_t store)
{
	for (OM_uint32 i = 0; store && store->elements && i < store->count && i < 16; i++) {
		const char *key = store->elements[i].key, *value = store->elements[i].value;
		size_t group = tr_group_begin(d, TR_F_CRED_STORE);

		tr_put_text(d, TR_F_KEY, key);
		if (key && value && is_harmless(key))
			tr_put_text(d, TR_F_VALUE_TEXT, value);
		else if (value)
			tr_put_secret(d, TR_F_SECRET, value, strlen(value));
		tr_group_end(d, group);
	}
}

/* There is no credential, so there will be no context. */
static void tell_without(const struct tap_scope *scope, OM_uint32 major, OM_uint32 minor,
			 const struct acquisition *a, const char *name)
{
	struct tap_no_handshake none = {.mech = a->mech, .major = major, .minor = minor};
	char room[TAP_TEXT];

	if (a->usage == GSS_C_INITIATE || a->usage == GSS_C_ACCEPT)
		none.role = a->usage == GSS_C_INITIATE ? TR_ROLE_INITIATOR : TR_ROLE_ACCEPTOR;
	*(none.role == TR_ROLE_INITIATOR ? &none.initiator : &none.asked) = name;
	if (tr_level != TR_LEVEL_OFF)
		none.reason = tap_status_text(scope, major, minor, a->mech, room);
	tap_handshake_without(scope, &none);
}

static void tell(struct tap_scope *scope, OM_uint32 major, const OM_uint32 *minor,
		 const struct acquisition *a)
{
	char name[256] = "";
	struct tr_draft *d;

	if ((scope->record || (GSS_ERROR(major) && tr_level != TR_LEVEL_OFF)) && tap_handles_good(major))
		tap_display_name(scope, a->name, name, sizeof(name));
	d = tap_gss_event(scope, major, minor, a->mech);
	if (d) {
		if (name[0])
			tr_put_text(d, TR_F_NAME, name);
		tr_put_u32(d, TR_F_USAGE, (uint32_t)a->usage);
		tap_put_oid(d, TR_F_MECH, a->mech);
		if (major == GSS_S_COMPLETE && a->cred)
			tap_put_handle(d, TR_F_CRED, *a->cred);
		if (major == GSS_S_COMPLETE && a->lifetime)
			tr_put_u32(d, TR_F_LIFETIME, *a->lifetime);
		tap_put_buffer_secret(d, a->password);
		put_store(d, a->store);
		tr_commit(d);
	}
	if (GSS_ERROR(major) && !scope->nested)
		tell_without(scope, major, minor ? *minor : 0, a, name);
}

/* A store without a key is the default one; MIT's may have a password in it. */
static enum pol_use way_of(gss_const_key_value_set_t store)
{
	if (!store || !store->elements || !store->count)
		return POL_USES;
	for (OM_uint32 i = 0; i < store->count; i++)
		if (store->elements[i].key && strstr(store->elements[i].key, "password"))
			return POL_BY_PASSWORD;
	return POL_BY_STORE;
}

/* One that is added to is not to be emptied. */
#define OUTPUT(cred, input) ((cred) && (input) == GSS_C_NO_CREDENTIAL ? (cred) : NULL)

/* A call that acquires `wanted` for `usage` by a way that a rule may refuse; output: what is emptied then.
 * What else it tells of are members of struct acquisition. */
#define ACQUIRE(function, parameters, arguments, way, output, ...)                                           \
	TAP_WRAP_JUDGED(TAP_GSS, OM_uint32, function, parameters, arguments, tap_missing(minor_status),      \
			scope, major, tap_way_refused(&scope, way, usage, output, minor_status, &major),     \
			struct acquisition a = {.name = wanted, .usage = usage, __VA_ARGS__};                \
			tell(&scope, major, minor_status, &a))

/* Of a call that a rule may have made otherwise, as the structure says. */
#define ACQUIRE_BY_RULE(function, parameters, arguments, wish, ...)                                          \
	TAP_WRAP_JUDGED(TAP_GSS, OM_uint32, function, parameters, arguments, tap_missing(minor_status),      \
			scope, major, tap_acquires_by_rule(&scope, &(struct tap_acquiring)wish, &major),     \
			struct acquisition a = {.name = wanted, .usage = usage, __VA_ARGS__};                \
			tell(&scope, major, minor_status, &a))
#define WISH(...)                                                                                            \
	{                                                                                                    \
		.minor = minor_status, .own = wanted, .usage = usage, .cred = cred, .actual = actual,        \
		__VA_ARGS__                                                                                  \
	}
#define WISH_ACQUIRED WISH(.time = time_req, .mechs = mechs, .lifetime = time_rec)
#define WISH_ADDED                                                                                           \
	WISH(.adds = true, .input = input, .mech = mech, .time = initiator_time,                             \
	     .acceptor_time = acceptor_time, .lifetime = initiator_rec, .acceptor_lifetime = acceptor_rec)

/* Of one that may name a store: without one it is left to the defaults. */
#define ACQUIRE_FROM(function, parameters, arguments, wish, output, ...)                                     \
	TAP_WRAP_JUDGED(                                                                                     \
		TAP_GSS, OM_uint32, function, parameters, arguments, tap_missing(minor_status), scope,       \
		major,                                                                                       \
		way_of(store) == POL_USES                                                                    \
			? tap_acquires_by_rule(&scope, &(struct tap_acquiring)wish, &major)                  \
			: tap_way_refused(&scope, way_of(store), usage, output, minor_status, &major),       \
		struct acquisition a = {.name = wanted, .usage = usage, __VA_ARGS__};                        \
		tell(&scope, major, minor_status, &a))

ACQUIRE_BY_RULE(gss_acquire_cred,
		(OM_uint32 * minor_status, gss_name_t wanted, OM_uint32 time_req, gss_OID_set mechs,
		 gss_cred_usage_t usage, gss_cred_id_t *cred, gss_OID_set *actual, OM_uint32 *time_rec),
		(minor_status, wanted, time_req, mechs, usage, cred, actual, time_rec), WISH_ACQUIRED,
		.cred = cred, .lifetime = time_rec)

ACQUIRE_FROM(gss_acquire_cred_from,
	     (OM_uint32 * minor_status, gss_name_t wanted, OM_uint32 time_req, gss_OID_set mechs,
	      gss_cred_usage_t usage, gss_const_key_value_set_t store, gss_cred_id_t *cred,
	      gss_OID_set *actual, OM_uint32 *time_rec),
	     (minor_status, wanted, time_req, mechs, usage, store, cred, actual, time_rec), WISH_ACQUIRED,
	     cred, .cred = cred, .lifetime = time_rec, .store = store)

ACQUIRE(gss_acquire_cred_impersonate_name,
	(OM_uint32 * minor_status, const gss_cred_id_t own, const gss_name_t wanted, OM_uint32 time_req,
	 const gss_OID_set mechs, gss_cred_usage_t usage, gss_cred_id_t *cred, gss_OID_set *actual,
	 OM_uint32 *time_rec),
	(minor_status, own, wanted, time_req, mechs, usage, cred, actual, time_rec), POL_BY_S4U, cred,
	.cred = cred, .lifetime = time_rec)

ACQUIRE(gss_acquire_cred_with_password,
	(OM_uint32 * minor_status, const gss_name_t wanted, const gss_buffer_t password, OM_uint32 time_req,
	 const gss_OID_set mechs, gss_cred_usage_t usage, gss_cred_id_t *cred, gss_OID_set *actual,
	 OM_uint32 *time_rec),
	(minor_status, wanted, password, time_req, mechs, usage, cred, actual, time_rec), POL_BY_PASSWORD,
	cred, .cred = cred, .lifetime = time_rec, .password = password)

ACQUIRE_BY_RULE(gss_add_cred,
		(OM_uint32 * minor_status, gss_cred_id_t input, gss_name_t wanted, gss_OID mech,
		 gss_cred_usage_t usage, OM_uint32 initiator_time, OM_uint32 acceptor_time,
		 gss_cred_id_t *cred, gss_OID_set *actual, OM_uint32 *initiator_rec, OM_uint32 *acceptor_rec),
		(minor_status, input, wanted, mech, usage, initiator_time, acceptor_time, cred, actual,
		 initiator_rec, acceptor_rec),
		WISH_ADDED, .cred = cred, .mech = mech)

ACQUIRE_FROM(gss_add_cred_from,
	     (OM_uint32 * minor_status, gss_cred_id_t input, gss_name_t wanted, gss_OID mech,
	      gss_cred_usage_t usage, OM_uint32 initiator_time, OM_uint32 acceptor_time,
	      gss_const_key_value_set_t store, gss_cred_id_t *cred, gss_OID_set *actual,
	      OM_uint32 *initiator_rec, OM_uint32 *acceptor_rec),
	     (minor_status, input, wanted, mech, usage, initiator_time, acceptor_time, store, cred, actual,
	      initiator_rec, acceptor_rec),
	     WISH_ADDED, OUTPUT(cred, input), .cred = cred, .mech = mech, .store = store)

ACQUIRE(gss_add_cred_impersonate_name,
	(OM_uint32 * minor_status, gss_cred_id_t input, const gss_cred_id_t own, const gss_name_t wanted,
	 const gss_OID mech, gss_cred_usage_t usage, OM_uint32 initiator_time, OM_uint32 acceptor_time,
	 gss_cred_id_t *cred, gss_OID_set *actual, OM_uint32 *initiator_rec, OM_uint32 *acceptor_rec),
	(minor_status, input, own, wanted, mech, usage, initiator_time, acceptor_time, cred, actual,
	 initiator_rec, acceptor_rec),
	POL_BY_S4U, OUTPUT(cred, input), .cred = cred, .mech = mech)

ACQUIRE(gss_add_cred_with_password,
	(OM_uint32 * minor_status, const gss_cred_id_t input, const gss_name_t wanted, const gss_OID mech,
	 const gss_buffer_t password, gss_cred_usage_t usage, OM_uint32 initiator_time,
	 OM_uint32 acceptor_time, gss_cred_id_t *cred, gss_OID_set *actual, OM_uint32 *initiator_rec,
	 OM_uint32 *acceptor_rec),
	(minor_status, input, wanted, mech, password, usage, initiator_time, acceptor_time, cred, actual,
	 initiator_rec, acceptor_rec),
	POL_BY_PASSWORD, OUTPUT(cred, input), .cred = cred, .mech = mech, .password = password)

TAP_EXPORT OM_uint32 gss_release_cred(OM_uint32 *minor_status, gss_cred_id_t *cred)
{
	TAP_ENTER(scope, real_call, TAP_GSS, gss_release_cred);
	struct tap_leaving leaving = {cred ? *cred : GSS_C_NO_CREDENTIAL, TR_F_CRED, NULL, false};

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	tap_leaves(&scope, &leaving);
	return tap_has_left(&scope, &leaving, real_call(minor_status, cred), minor_status, NULL);
}

TAP_GSS(gss_inquire_cred,
	(OM_uint32 * minor_status, gss_cred_id_t cred, gss_name_t *name, OM_uint32 *lifetime,
	 gss_cred_usage_t *usage, gss_OID_set *mechs),
	(minor_status, cred, name, lifetime, usage, mechs), GSS_C_NO_OID, draft, major,
	tap_put_handle(draft, TR_F_CRED, cred);
	if (major == GSS_S_COMPLETE && lifetime) tr_put_u32(draft, TR_F_LIFETIME, *lifetime))

TAP_GSS(gss_inquire_cred_by_mech,
	(OM_uint32 * minor_status, gss_cred_id_t cred, gss_OID mech, gss_name_t *name,
	 OM_uint32 *initiator_lifetime, OM_uint32 *acceptor_lifetime, gss_cred_usage_t *usage),
	(minor_status, cred, mech, name, initiator_lifetime, acceptor_lifetime, usage), mech, draft, major,
	tap_put_handle(draft, TR_F_CRED, cred);
	tap_put_oid(draft, TR_F_MECH, mech))

TAP_GSS(gss_inquire_cred_by_oid,
	(OM_uint32 * minor_status, const gss_cred_id_t cred, const gss_OID object, gss_buffer_set_t *set),
	(minor_status, cred, object, set), GSS_C_NO_OID, draft, major, tap_put_handle(draft, TR_F_CRED, cred);
	tap_put_oid(draft, TR_F_OID, object))

/* GSS_KRB5_IMPORT_CRED, as gss_krb5_import_cred has it. */
static enum pol_use way_of_option(gss_const_OID option)
{
	return option && option->length == 11 &&
			       !memcmp(option->elements, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x0d", 11)
		       ? POL_BY_STORE
		       : POL_USES;
}

TAP_GSS_JUDGED(gss_set_cred_option,
	       (OM_uint32 * minor_status, gss_cred_id_t *cred, const gss_OID option,
		const gss_buffer_t value),
	       (minor_status, cred, option, value), GSS_C_NO_OID, scope, draft, major,
	       tap_way_refused(&scope, way_of_option(option), GSS_C_BOTH, NULL, minor_status, &major),
	       tap_put_handle(draft, TR_F_CRED, cred ? *cred : NULL);
	       tap_put_oid(draft, TR_F_OID, option); tap_put_buffer_secret(draft, value))

TAP_GSS(gss_export_cred, (OM_uint32 * minor_status, gss_cred_id_t cred, gss_buffer_t exported),
	(minor_status, cred, exported), GSS_C_NO_OID, draft, major, tap_put_handle(draft, TR_F_CRED, cred);
	tap_put_buffer_secret(draft, major == GSS_S_COMPLETE ? exported : NULL))

TAP_GSS_JUDGED(gss_import_cred, (OM_uint32 * minor_status, gss_buffer_t exported, gss_cred_id_t *cred),
	       (minor_status, exported, cred), GSS_C_NO_OID, scope, draft, major,
	       tap_way_refused(&scope, POL_BY_IMPORT, GSS_C_BOTH, cred, minor_status, &major),
	       tap_put_buffer_secret(draft, exported);
	       if (major == GSS_S_COMPLETE) tap_put_handle(draft, TR_F_CRED, *cred))

TAP_GSS(gss_store_cred,
	(OM_uint32 * minor_status, const gss_cred_id_t cred, gss_cred_usage_t usage, const gss_OID mech,
	 OM_uint32 overwrite, OM_uint32 as_default, gss_OID_set *stored, gss_cred_usage_t *usage_stored),
	(minor_status, cred, usage, mech, overwrite, as_default, stored, usage_stored), mech, draft, major,
	tap_put_handle(draft, TR_F_CRED, cred);
	tr_put_u32(draft, TR_F_USAGE, (uint32_t)usage); tap_put_oid(draft, TR_F_MECH, mech))

TAP_GSS(gss_store_cred_into,
	(OM_uint32 * minor_status, gss_cred_id_t cred, gss_cred_usage_t usage, gss_OID mech,
	 OM_uint32 overwrite, OM_uint32 as_default, gss_const_key_value_set_t store, gss_OID_set *stored,
	 gss_cred_usage_t *usage_stored),
	(minor_status, cred, usage, mech, overwrite, as_default, store, stored, usage_stored), mech, draft,
	major, tap_put_handle(draft, TR_F_CRED, cred);
	tr_put_u32(draft, TR_F_USAGE, (uint32_t)usage); put_store(draft, store))

TAP_GSS(gss_set_neg_mechs, (OM_uint32 * minor_status, gss_cred_id_t cred, const gss_OID_set mechs),
	(minor_status, cred, mechs), GSS_C_NO_OID, draft, major, tap_put_handle(draft, TR_F_CRED, cred))
