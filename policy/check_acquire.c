/* SPDX-License-Identifier: MIT */
/*
 * What keywords.def cannot say about gss.acquire and gss.store: what their templates may have, and which
 * keys go together.
 */
#include "policy/draft.h"
#include "policy/policy.h"

#include <string.h>

/* Of krb5's stores those that say where they are whatever the directory of the process is. */
static const struct {
	const char *values, *types, *example;
} places[] = {
	{"ccache", "FILE:/|DIR:/|DIR::/|MEMORY:|KEYRING:|KCM:|API:", "FILE:/run/service.cc"},
	{"keytab", "/|FILE:/|WRFILE:/|MEMORY:", "/etc/service.keytab"},
	{"delegated ccache", "FILE:/|none", "FILE:/run/delegated/%principal"},
	{"replay cache", "file2:/|dfl:|none:", "file2:/run/service.rcache"},
};

static bool begins(const char *text, const char *types)
{
	while (*types) {
		size_t n = strcspn(types, "|");

		if (!strncmp(text, types, n) && (text[n] || text[n - 1] == ':' || !strcmp(text, "none")))
			return true;
		types += n + (types[n] == '|');
	}
	return false;
}

/* False: it does not name the principal. */
static bool check_escapes(struct draft *draft, const struct pol_keyword *k, const char *template,
			  struct place at)
{
	bool of_peers = k->id == POL_K_STORE, names = false;

	for (const char *p = template; (p = strchr(p, '%'));) {
		if (of_peers && !strncmp(p + 1, POL_PRINCIPAL, strlen(POL_PRINCIPAL))) {
			p += 1 + strlen(POL_PRINCIPAL);
			names = true;
		} else if (p[1] == 'h' || p[1] == '%') {
			p += 2;
		} else if (!strncmp(p + 1, POL_UID, strlen(POL_UID))) {
			p += 1 + strlen(POL_UID);
		} else {
			draft_error(draft, at,
				    "%s: after %% expected h (this host), {uid} (the user's number)%s or %%",
				    k->path, of_peers ? ", principal (the initiator)" : "");
			return true;
		}
	}
	return names;
}

void draft_check_place(struct draft *draft, const struct pol_keyword *k, const char *template,
		       struct place at)
{
	bool names = check_escapes(draft, k, template, at);

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!strcmp(k->values, places[i].values) && !begins(template, places[i].types))
			draft_error(draft, at, "%s: expected a %s such as %s", k->path, k->values,
				    places[i].example);
	if (k->id == POL_K_STORE && strcmp(template, "none") && !names)
		draft_error(draft, at, "%s: a file of its own for each initiator has %%principal in its name",
			    k->path);
	if (!strcmp(k->values, "service name") && strchr(template, '@') &&
	    (strchr(template, '/') || strchr(strchr(template, '@') + 1, '@')))
		draft_error(draft, at, "%s: expected service@host, without a realm, as in \"zmq@%%h\"",
			    k->path);
}

static struct place of(const struct draft_rule *rule)
{
	return (struct place){rule->line, rule->column};
}

/* Keys that are of no use to this end of a context. */
static void check_foreign(struct draft *draft, size_t item, const uint16_t keys[4], const char *who)
{
	for (size_t i = 0; i < 4 && keys[i]; i++) {
		const struct draft_rule *key = draft_field(draft, item, keys[i]);

		if (key)
			draft_error(draft, of(key), "%s is for %s", key->keyword->path, who);
	}
}

void draft_check_acquire(struct draft *draft, size_t item)
{
	static const uint16_t of_initiators[] = {POL_K_ACQUIRE_SERVICE, POL_K_ACQUIRE_PRINCIPAL,
						 POL_K_ACQUIRE_CCACHE, POL_K_ACQUIRE_CLIENT_KEYTAB};
	static const uint16_t of_acceptors[] = {POL_K_ACQUIRE_KEYTAB, POL_K_ACQUIRE_RCACHE, 0, 0};
	struct place at = of(&draft->rules[item]);

	if (draft_field(draft, item, POL_K_ACQUIRE_ACCEPT)) {
		check_foreign(draft, item, of_initiators, "initiators; a rule with accept is for acceptors");
		if (!draft_field(draft, item, POL_K_ACQUIRE_KEYTAB))
			draft_error(draft, at, "a rule of gss.acquire with accept needs a keytab");
		return;
	}
	check_foreign(draft, item, of_acceptors, "acceptors; say accept: \"service@%h\" as well");
	if (!draft_field(draft, item, POL_K_ACQUIRE_CCACHE) &&
	    !draft_field(draft, item, POL_K_ACQUIRE_CLIENT_KEYTAB) &&
	    !draft_field(draft, item, POL_K_ACQUIRE_KEYTAB) &&
	    !draft_field(draft, item, POL_K_ACQUIRE_RCACHE))
		draft_error(
			draft, at,
			"a rule of gss.acquire needs a ccache or a client-keytab, or with accept a keytab");
}
