/* SPDX-License-Identifier: MIT */
/* What keywords.def cannot say about the keys of zmq.auth. */
#include "policy/draft.h"
#include "policy/policy.h"

#include <string.h>

static struct place of(const struct draft_rule *rule)
{
	return (struct place){rule->line, rule->column};
}

/* The program may be in any directory. */
void draft_check_place_of_proof(struct draft *draft, const struct pol_keyword *k, const char *text,
				struct place at)
{
	if (!strcmp(k->values, "field") || *text == '/')
		return;
	if (k->id != POL_K_AUTH_CURVE)
		draft_error(draft, at, "%s: a path begins with /", k->path);
	else if (strcmp(text, "any") != 0)
		draft_error(draft, at, "%s: expected the path of a directory, which begins with /, or any",
			    k->path);
}

void draft_check_address(struct draft *draft, const struct pol_keyword *k, const char *text, struct place at)
{
	char out[DRAFT_QUOTE];

	if (!pol_is_address(text))
		draft_error(draft, at,
			    "%s: %s is no address; expected one such as 10.0.0.7, 10.0.0.0/8, fd00::/8, "
			    "ipc:uid=1000, ipc:gid=100, ipc or all",
			    k->path, draft_quote(text, strlen(text), out));
	else if (pol_address_is_loose(text))
		draft_warn(draft, at, "%s: %s has bits behind its prefix, which count for nothing", k->path,
			   text);
}

void draft_check_auth(struct draft *draft, size_t item)
{
	const struct draft_rule *allow = draft_field(draft, item, POL_K_AUTH_ALLOW);
	const struct draft_rule *deny = draft_field(draft, item, POL_K_AUTH_DENY);
	const struct draft_rule *curve = draft_field(draft, item, POL_K_AUTH_CURVE);
	const struct draft_rule *user = draft_field(draft, item, POL_K_AUTH_USER_ID);

	if (allow && deny)
		draft_error(draft, of(deny),
			    "a rule of zmq.auth has either allow or deny; who is not in the one it has is "
			    "the other's");
	if (user && strcmp(user->text, "key") != 0 && (!curve || *curve->text != '/'))
		draft_error(draft, of(user),
			    "%s: a field is one of a certificate's, which takes a directory of them (curve)",
			    user->keyword->path);
}
