/* SPDX-License-Identifier: MIT */
/*
 * GT0019. Both ends hash what they know of the channel around them, and did not know the same. The acceptor
 * compares that last: where both sides are known to differ, it would come next after what it failed for.
 */
#include "tools/diagnose/checks.h"
#include "tools/names/names.h"

#include <string.h>

#define BAD_BINDINGS 4 /* GSS_S_BAD_BINDINGS, without its shift */

static const struct model_step *rejecting(const struct model_talk *talk)
{
	for (const struct model_step *step = talk ? talk->steps.first : NULL; step; step = step->next)
		if ((step->major >> 16 & 0xff) == BAD_BINDINGS)
			return step;
	return NULL;
}

/* NULL: none. */
static const struct model_step *binding(const struct model_talk *talk)
{
	for (const struct model_step *step = talk ? talk->steps.first : NULL; step; step = step->next)
		if (step->bindings.length)
			return step;
	return NULL;
}

/* "tls-unique", or NULL: none, or none of the registered ones. */
static const char *kind(const struct model_talk *talk)
{
	const struct model_step *step = binding(talk);

	return step && step->bindings_kind ? name_of(TR_TYPE_BINDINGS, step->bindings_kind) : NULL;
}

static void told(struct diagnose_case *c, struct finding *finding, const struct model_talk *talk)
{
	const struct model_step *step = binding(talk);
	const uint8_t *hash = step ? step->bindings.hash : NULL;

	if (step)
		finding_evidence(finding, "%s binds to %ju bytes of %s%shash %02x%02x%02x%02x",
				 case_program(c, talk), (uintmax_t)step->bindings.length,
				 kind(talk) ? kind(talk) : "", kind(talk) ? ", " : "", hash[0], hash[1],
				 hash[2], hash[3]);
	else
		finding_evidence(finding, "%s binds to nothing", case_program(c, talk));
}

static void remedies(struct diagnose_case *c, struct finding *finding)
{
	const char *one = kind(c->init), *other = kind(c->acc);

	if (one && other && strcmp(one, other)) {
		finding_remedy(
			finding,
			"both ends have to take the same kind: the initiator takes %s and the acceptor "
			"%s; every version of TLS has tls-server-end-point, the hash of the server's "
			"certificate",
			one, other);
		return;
	}
	if (one || other) {
		if (!c->init || !c->acc)
			finding_remedy(finding,
				       "both ends have to take the same kind: see that the %s takes %s, too",
				       one ? "acceptor" : "initiator", one ? one : other);
		else if (!binding(c->init) || !binding(c->acc))
			finding_remedy(finding,
				       "both ends have to take the same kind: let the %s take %s, too",
				       one ? "acceptor" : "initiator", one ? one : other);
	}
	finding_remedy(finding,
		       "have both ends bind to the same: where something between them ends TLS, "
		       "such as a proxy, let the acceptor use no channel bindings, or pass TLS through");
}

/* Two hashes can be compared within a process: another one has another key. */
static bool differ(const struct diagnose_case *c)
{
	const struct model_step *one = binding(c->init), *other = binding(c->acc);

	if (!one || !other)
		return false;
	if (one->bindings.length != other->bindings.length)
		return true;
	if (kind(c->init) && kind(c->acc) && one->bindings_kind != other->bindings_kind)
		return true;
	return c->init->process == c->acc->process &&
	       memcmp(one->bindings.hash, other->bindings.hash, sizeof(one->bindings.hash));
}

bool diagnose_channel_bindings(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *by = rejecting(c->acc) ? c->acc : c->init;
	const struct model_step *step = rejecting(by);

	if (!step && !(c->found && c->acc && case_failed(c) == c->acc && differ(c)))
		return false;
	finding_cause(finding, "%s and %s bind their handshake to different channels",
		      c->init ? case_name_beside(c, c->init, c->acc) : "the initiator",
		      c->acc ? case_name_beside(c, c->acc, c->init) : "the acceptor");
	if (c->init)
		told(c, finding, c->init);
	else
		list_add(&finding->unseen, "what the initiator binds to: no trace that was given has it");
	if (c->acc)
		told(c, finding, c->acc);
	if (step)
		finding_evidence(finding, "%s", case_said(c, by, step));
	else
		finding_evidence(finding, "%s had failed before it compared them", case_program(c, c->acc));
	remedies(c, finding);
	return true;
}
