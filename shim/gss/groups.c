/* SPDX-License-Identifier: MIT */
/* See groups.h. What is not marked as proved, or is no text, makes it unknown whether that is all. */
#include "shim/gss/groups.h"
#include "policy/image.h"
#include "shim/gss/drop.h"
#include "shim/gss/facts.h"
#include "shim/gss/sids.h"
#include "trace/unconst.h"

#include <errno.h>
#include <string.h>

#define VALUES_MOST 1024 /* of one attribute; a library that never says it was the last must not keep us */
#define LOGON_INFO "urn:mspac:logon-info"

/* One attribute under way. */
struct asking {
	const char *attribute; /* with its = */
	size_t length;
	bool (*visit)(void *context, const char *text, bool idle);
	void *context;
	bool enough;
};

/* Kerberos': others crash when they are asked (see tap_facts_ask). */
static gss_name_t name_of(struct tap_groups *groups)
{
	__typeof__(&gss_inquire_context) inquire = TAP_OTHER(groups->scope, gss_inquire_context);
	OM_uint32 minor;

	if (!groups->asked && inquire &&
	    inquire(&minor, groups->context, &groups->name, NULL, NULL, NULL, NULL, NULL, NULL) !=
		    GSS_S_COMPLETE)
		groups->name = GSS_C_NO_NAME;
	groups->asked = true;
	return groups->name;
}

static bool visit(void *context, const char *text, bool idle)
{
	struct asking *a = context;

	a->enough |= a->visit(a->context, text, idle);
	return a->enough;
}

/* False: it cannot be compared. */
static bool take_text(struct asking *a, const gss_buffer_desc *value)
{
	char text[POL_TEXT_MAX + 1];

	if (a->length + value->length >= sizeof(text) ||
	    (value->length && memchr(value->value, 0, value->length)))
		return false;
	memcpy(text, a->attribute, a->length);
	if (value->length)
		memcpy(text + a->length, value->value, value->length);
	text[a->length + value->length] = 0;
	visit(a, text, false);
	return true;
}

static bool take(struct asking *a, const gss_buffer_desc *value)
{
	return strncmp(a->attribute, POL_SIDS, a->length) ? take_text(a, value)
							  : tap_sids(value->value, value->length, visit, a);
}

static bool ask(struct tap_groups *groups, gss_name_t name, struct asking *a)
{
	__typeof__(&gss_get_name_attribute) get = TAP_OTHER(groups->scope, gss_get_name_attribute);
	bool sids = !strncmp(a->attribute, POL_SIDS, a->length);
	gss_buffer_desc attribute = {a->length - 1, TR_UNCONST(a->attribute)};
	bool known = get != NULL;
	int more = -1;

	if (sids)
		attribute = (gss_buffer_desc){sizeof(LOGON_INFO) - 1, TR_UNCONST(LOGON_INFO)};
	for (int i = 0; known && more && !a->enough; i++) {
		gss_buffer_desc value = GSS_C_EMPTY_BUFFER, display = GSS_C_EMPTY_BUFFER;
		int proved = 0, complete = 0;
		OM_uint32 minor;

		known = i < VALUES_MOST && get(&minor, name, &attribute, &proved, &complete, &value, &display,
					       &more) == GSS_S_COMPLETE;
		known = known && proved && complete && take(a, &value);
		tap_drop_token(groups->scope, &value);
		tap_drop_token(groups->scope, &display);
	}
	return known;
}

static bool each(const struct pol_groups *pol, const char *attribute, size_t length,
		 bool (*to)(void *context, const char *text, bool idle), void *context)
{
	struct tap_groups *groups = (struct tap_groups *)TR_UNCONST(pol);
	struct asking a = {.attribute = attribute, .length = length, .visit = to, .context = context};
	int saved = errno;
	gss_name_t name;
	bool known;

	tap_quiet_begin();
	name = length ? name_of(groups) : GSS_C_NO_NAME;
	known = name != GSS_C_NO_NAME && ask(groups, name, &a);
	tap_quiet_end();
	errno = saved;
	return known;
}

void tap_groups_begin(struct tap_groups *groups, const struct tap_scope *scope, gss_ctx_id_t context,
		      struct pol_facts *facts)
{
	const gss_OID_desc mech = {(OM_uint32)facts->mech_length, TR_UNCONST(facts->mech)};

	*groups = (struct tap_groups){.pol.each = each, .scope = scope, .context = context};
	if (facts->role == POL_ACCEPTOR && facts->moment == POL_ESTABLISHED && context != GSS_C_NO_CONTEXT &&
	    facts->mech && tap_is_kerberos(&mech))
		facts->groups = &groups->pol;
}

void tap_groups_end(struct tap_groups *groups)
{
	tap_drop_name(groups->scope, &groups->name);
}
