/* SPDX-License-Identifier: MIT */
/*
 * prefetch: another service ticket before the one there is ends. GSSAPI gives out the cached ticket to its
 * last second, so this is asked of libkrb5, which the GSSAPI library brought along: a ticket is fetched into
 * a cache in memory that holds only the ticket-granting tickets, and then put beside the old one in the
 * program's, where it is found once that has ended.
 *
 * Called by the prefetching thread only.
 */
#include "shim/inject/renew.h"
#include "shim/loader/elf.h"
#include "shim/loader/objects.h"

#include <link.h>
#include <string.h>

#include <krb5.h>

#define FUNCTIONS(F)                                                                                         \
	F(krb5_init_context)                                                                                 \
	F(krb5_free_context)                                                                                 \
	F(krb5_cc_default)                                                                                   \
	F(krb5_cc_cache_match)                                                                               \
	F(krb5_cc_close)                                                                                     \
	F(krb5_cc_destroy)                                                                                   \
	F(krb5_cc_new_unique)                                                                                \
	F(krb5_cc_initialize)                                                                                \
	F(krb5_cc_get_principal)                                                                             \
	F(krb5_cc_start_seq_get)                                                                             \
	F(krb5_cc_next_cred)                                                                                 \
	F(krb5_cc_end_seq_get)                                                                               \
	F(krb5_cc_store_cred)                                                                                \
	F(krb5_free_cred_contents)                                                                           \
	F(krb5_free_creds)                                                                                   \
	F(krb5_free_principal)                                                                               \
	F(krb5_get_credentials)                                                                              \
	F(krb5_parse_name)                                                                                   \
	F(krb5_sname_to_principal)

struct krb5 {
#define F(name) __typeof__(&name) name;
	FUNCTIONS(F)
#undef F
};

/* The libkrb5 that is loaded; functions stay NULL when it lacks them, as Heimdal's of the same name would. */
static bool take_krb5(const struct tap_object *o, void *data)
{
	const char *soname = tap_elf_soname(o->bias, o->dynamic);
	struct krb5 *k = data;

	if (!soname || strcmp(soname, "libkrb5.so.3"))
		return false;
#define F(name) k->name = (__typeof__(k->name))tap_elf_definition(o->bias, o->dynamic, #name);
	FUNCTIONS(F)
#undef F
	return true;
}

static bool find_krb5(struct krb5 *k)
{
	bool all = tap_walk(take_krb5, k);

#define F(name) all = all && k->name;
	FUNCTIONS(F)
#undef F
	return all;
}

/* service@host, or a principal's name. */
static krb5_error_code server_of(const struct krb5 *k, krb5_context context, const char *name,
				 enum pol_nametype type, krb5_principal *server)
{
	const char *at = type == POL_NT_HOSTBASED ? strchr(name, '@') : NULL;
	char service[128];

	if (type != POL_NT_HOSTBASED)
		return k->krb5_parse_name(context, name, server);
	tap_copy(service,
		 at && (size_t)(at - name) < sizeof(service) ? (size_t)(at - name) + 1 : sizeof(service),
		 name);
	return k->krb5_sname_to_principal(context, at ? at + 1 : NULL, service, KRB5_NT_SRV_HST, server);
}

static bool is_tgt(const krb5_creds *creds)
{
	const krb5_data *first = creds->server->length == 2 ? &creds->server->data[0] : NULL;

	return first && first->length == 6 && !memcmp(first->data, "krbtgt", 6);
}

static void copy_tgts(const struct krb5 *k, krb5_context context, krb5_ccache from, krb5_ccache to)
{
	krb5_cc_cursor cursor;
	krb5_creds creds;

	if (k->krb5_cc_start_seq_get(context, from, &cursor))
		return;
	while (!k->krb5_cc_next_cred(context, from, &cursor, &creds)) {
		if (is_tgt(&creds))
			k->krb5_cc_store_cred(context, to, &creds);
		k->krb5_free_cred_contents(context, &creds);
	}
	k->krb5_cc_end_seq_get(context, from, &cursor);
}

static krb5_timestamp renew(const struct krb5 *k, krb5_context context, krb5_ccache cache, const char *name,
			    enum pol_nametype type)
{
	krb5_creds wanted = {0}, *got = NULL;
	krb5_timestamp end = 0;
	krb5_ccache own = NULL;

	if (!k->krb5_cc_get_principal(context, cache, &wanted.client) &&
	    !server_of(k, context, name, type, &wanted.server) &&
	    !k->krb5_cc_new_unique(context, "MEMORY", NULL, &own) &&
	    !k->krb5_cc_initialize(context, own, wanted.client)) {
		copy_tgts(k, context, cache, own);
		if (!k->krb5_get_credentials(context, 0, own, &wanted, &got) &&
		    !k->krb5_cc_store_cred(context, cache, got))
			end = got->times.endtime;
	}
	if (got)
		k->krb5_free_creds(context, got);
	if (own)
		k->krb5_cc_destroy(context, own);
	k->krb5_free_principal(context, wanted.server);
	k->krb5_free_principal(context, wanted.client);
	return end;
}

/* The cache that GSSAPI would take for this principal; none given: the default one. */
static krb5_error_code cache_of(const struct krb5 *k, krb5_context context, const char *principal,
				enum pol_nametype type, krb5_ccache *cache)
{
	krb5_principal own = NULL;
	krb5_error_code error;

	if (!*principal)
		return k->krb5_cc_default(context, cache);
	error = server_of(k, context, principal, type, &own);
	if (!error)
		error = k->krb5_cc_cache_match(context, own, cache);
	k->krb5_free_principal(context, own);
	return error;
}

uint32_t tap_renew(const char *principal, enum pol_nametype principal_type, const char *name,
		   enum pol_nametype type)
{
	krb5_timestamp end = 0;
	krb5_context context;
	krb5_ccache cache;
	struct krb5 k;
	uint64_t now;

	if (!find_krb5(&k) || k.krb5_init_context(&context))
		return 0;
	if (!cache_of(&k, context, principal, principal_type, &cache)) {
		end = renew(&k, context, cache, name, type);
		k.krb5_cc_close(context, cache);
	}
	k.krb5_free_context(context);
	now = tr_now() / 1000000000;
	return (uint32_t)end > now ? (uint32_t)((uint32_t)end - now) : 0;
}
