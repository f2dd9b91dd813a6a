/* SPDX-License-Identifier: MIT */
/* GT0019. Both ends hash what they know of the channel around them, and did not know the same. */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"

#include <string.h>

#define BAD_BINDINGS 4 /* GSS_S_BAD_BINDINGS, without its shift */

static const struct model_step *rejecting(const struct model_talk *talk)
{
	for (const struct model_step *step = talk ? talk->steps.first : NULL; step; step = step->next)
		if ((step->major >> 16 & 0xff) == BAD_BINDINGS)
			return step;
	return NULL;
}

static const struct model_token *bindings_of(const struct model_talk *talk)
{
	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (step->bindings.length)
			return &step->bindings;
	return NULL;
}

static void told(struct diagnose_case *c, struct finding *finding, const struct model_talk *talk)
{
	const struct model_token *bindings = bindings_of(talk);
	const uint8_t *hash = bindings ? bindings->hash : NULL;

	if (bindings)
		finding_evidence(finding, "%s binds to %ju bytes of hash %02x%02x%02x%02x",
				 case_program(c, talk), (uintmax_t)bindings->length, hash[0], hash[1],
				 hash[2], hash[3]);
	else
		finding_evidence(finding, "%s binds to nothing", case_program(c, talk));
}

static bool is_tls(const struct model_talk *talk)
{
	const struct model_token *bindings = talk ? bindings_of(talk) : NULL;

	return bindings && bindings->bytes.at && bindings->bytes.length > 4 &&
	       !memcmp(bindings->bytes.at, "tls-", 4);
}

bool diagnose_channel_bindings(struct diagnose_case *c, struct finding *finding)
{
	if (!rejecting(c->acc) && !rejecting(c->init))
		return false;
	finding_cause(finding, "%s and %s bind their handshake to different channels",
		      c->init ? case_name(c, c->init) : "the initiator",
		      c->acc ? case_name(c, c->acc) : "the acceptor");
	if (c->init)
		told(c, finding, c->init);
	else
		elf_list_add(&finding->unseen, "what the initiator binds to: its trace was not given");
	if (c->acc) {
		told(c, finding, c->acc);
		acceptor_evidence(c, finding);
	}
	finding_remedy(finding,
		       "have both ends bind to the same: where something between them ends TLS, "
		       "such as a proxy, let the acceptor use no channel bindings, or pass TLS through");
	if (is_tls(c->acc) || is_tls(c->init))
		finding_remedy(finding, "both ends have to take the same kind: tls-server-end-point, "
					"tls-unique or tls-exporter, of the same certificate");
	return true;
}
