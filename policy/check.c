/* SPDX-License-Identifier: MIT */
/*
 * What keywords.def cannot say about texts and about the keys of zmq.inject. An error here is what would
 * otherwise silently never match, or fail inside a host; a warning is what is legal and will surprise.
 */
#include "policy/draft.h"
#include "policy/glob.h"

#include <string.h>

/* zmq(7), and what newer libzmq adds; the mark says that GSSAPI can be set there. */
static const struct {
	const char *name;
	bool inject;
} transports[] = {
	{"tcp", true},	 {"ipc", true},	   {"inproc", false}, {"udp", false},
	{"pgm", false},	 {"epgm", false},  {"norm", false},   {"tipc", false},
	{"vmci", false}, {"vsock", false}, {"ws", false},     {"wss", false},
};

static void check_parts(struct draft *draft, const char *path, const char *pattern, struct place at)
{
	struct pol_part part;

	for (const char *p = pol_part(pattern, pattern, &part); part.kind; p = pol_part(pattern, p, &part)) {
		if (part.kind == POL_PART_OPEN)
			draft_error(draft, at, "%s: a [ has no ]; write \\[ for the character itself", path);
		if (part.kind == POL_PART_SLASH)
			draft_error(
				draft, at,
				"%s: nothing follows the \\ at the end; write \\\\ for the character itself",
				path);
		if (part.kind == POL_PART_SET && pol_part_reversed(&part))
			draft_error(draft, at, "%s: [%.*s] has a range whose end comes before its beginning",
				    path, (int)(part.to - part.from), part.from);
	}
}

/* Right after :// a [ opens an IPv6 address (glob.c): what looks like a set there would match itself only. */
static void check_address(struct draft *draft, const char *path, const char *address, struct place at)
{
	const char *end = strchr(address, ']');

	if (*address != '[')
		return;
	if (!end)
		draft_error(draft, at, "%s: after :// a [ opens an IPv6 address, and this one has no ]",
			    path);
	else if (!memchr(address, ':', (size_t)(end - address)) &&
		 !memchr(address, '*', (size_t)(end - address)))
		draft_error(draft, at,
			    "%s: after :// a [ opens an IPv6 address, so a set of characters cannot stand "
			    "there; write one "
			    "pattern for each character",
			    path);
}

static void check_transport(struct draft *draft, const struct pol_keyword *k, const char *pattern, size_t len,
			    struct place at)
{
	bool injects = pol_is_field_of(k, pol_keyword(POL_K_INJECT));
	char out[DRAFT_QUOTE];

	if (memchr(pattern, '*', len) || memchr(pattern, '?', len) || memchr(pattern, '[', len))
		return;
	for (size_t i = 0; i < sizeof(transports) / sizeof(*transports); i++) {
		if (strlen(transports[i].name) != len || memcmp(transports[i].name, pattern, len))
			continue;
		if (injects && !transports[i].inject)
			draft_error(draft, at,
				    "%s: GSSAPI can be set on tcp:// and ipc:// endpoints, not on %s://",
				    k->path, transports[i].name);
		return;
	}
	draft_error(draft, at, "%s: libzmq has no transport %s", k->path, draft_quote(pattern, len, out));
}

static void check_endpoint(struct draft *draft, const struct pol_keyword *k, const char *pattern,
			   struct place at)
{
	const char *colon = strstr(pattern, "://");

	if (colon) {
		check_transport(draft, k, pattern, (size_t)(colon - pattern), at);
		check_address(draft, k->path, colon + 3, at);
	} else if (*pattern != '*') {
		draft_error(draft, at, "%s: an endpoint begins with its transport, as in tcp://*:5555",
			    k->path);
	}
}

static void check_principal(struct draft *draft, const struct pol_keyword *k, const char *pattern,
			    struct place at)
{
	if (!strpbrk(pattern, "@*?[\\"))
		draft_warn(
			draft, at,
			"%s: principals come with their realm; %s alone will hardly match (%s@REALM, %s@*)",
			k->path, pattern, pattern, pattern);
}

/* As they are made for comparison: without a zero before a number. */
static void check_sid(struct draft *draft, const char *path, const char *sid, struct place at)
{
	bool good = !strncmp(sid, "S-1-", 4) && !sid[4 + strspn(sid + 4, "0123456789-*?[]!")];

	for (const char *p = sid; good && (p = strstr(p, "-0")); p++)
		good = !p[2] || !strchr("0123456789", p[2]);
	if (!good)
		draft_error(draft, at, "%s: a SID is written as in S-1-5-21-1-2-3-512, also with wildcards",
			    path);
}

static void check_group(struct draft *draft, const struct pol_keyword *k, const char *group, struct place at)
{
	const char *equals = strchr(group, '=');

	if (!strncmp(group, POL_SIDS, strlen(POL_SIDS)) && !equals)
		check_sid(draft, k->path, group, at);
	else if (!equals || equals == group || !equals[1])
		draft_error(draft, at,
			    "%s: a group is a SID, as S-1-5-21-1-2-3-512, or an attribute and its value, as "
			    "auth-indicators=strong",
			    k->path);
	else if (strcspn(group, "*?[\\") < (size_t)(equals - group) ||
		 !strncmp(group, POL_SIDS, strlen(POL_SIDS)))
		draft_error(draft, at, "%s: %.*s is no attribute; only its value may have wildcards", k->path,
			    (int)(equals - group), group);
}

static void check_store(struct draft *draft, const struct pol_keyword *k, const char *store, struct place at)
{
	if (!strchr(store, ':') && !strchr("*?[", *store))
		draft_error(draft, at,
			    "%s: a store begins with its type, as in FILE:/etc/krb5.keytab or KCM:*",
			    k->path);
}

static void check_path(struct draft *draft, const struct pol_keyword *k, const char *pattern, struct place at)
{
	if (!strchr("/*?[", *pattern))
		draft_error(draft, at, "%s: a path begins with /, as in /usr/bin/curl or */curl", k->path);
}

static void check_template(struct draft *draft, const struct pol_keyword *k, const char *template,
			   struct place at)
{
	if (strncmp(k->path, "zmq.", 4)) {
		draft_check_place(draft, k, template, at);
		return;
	}
	for (const char *p = template; (p = strchr(p, '%')); p += 2) {
		if (p[1] && strchr("hH%", p[1]))
			continue;
		draft_error(draft, at, "%s: after %% expected h (this host), H (the endpoint's host) or %%",
			    k->path);
		return;
	}
}

bool draft_uses(const char *template, char c)
{
	for (const char *p = template; (p = strchr(p, '%')) && p[1]; p += 2)
		if (p[1] == c)
			return true;
	return false;
}

/* ASCII's, and U+0080 to U+009F, in what libyaml has checked to be UTF-8. */
static bool control(const unsigned char *text, size_t i)
{
	return text[i] < 0x20 || text[i] == 0x7f || (i && text[i - 1] == 0xc2 && text[i] < 0xa0);
}

const char *draft_wanted(const struct pol_keyword *k)
{
	if (k->type == POL_T_TEXT)
		return !strcmp(k->values, "field") ? "the name of a field" : "a path";
	if (!strcmp(k->values, "address"))
		return "an address";
	return k->type == POL_T_TEMPLATE ? "a name" : k->type == POL_T_PLACE ? "a place" : "a pattern";
}

void draft_check_text(struct draft *draft, const struct pol_keyword *k, const char *text, size_t len,
		      struct place at)
{
	unsigned errors = draft->errors;

	if (!len)
		draft_error(draft, at, "%s: expected %s%s, found nothing", k->path, draft_wanted(k),
			    k->type == POL_T_TEMPLATE || k->type == POL_T_PLACE || k->type == POL_T_TEXT ||
					    !strcmp(k->values, "address")
				    ? ""
				    : " (\"*\" matches everything)");
	if (len > POL_TEXT_MAX)
		draft_error(draft, at, "%s: %zu bytes are too long; %d are possible", k->path, len,
			    POL_TEXT_MAX);
	for (size_t i = 0; i < len && errors == draft->errors; i++)
		if (control((const unsigned char *)text, i))
			draft_error(draft, at, "%s: control characters are not possible here", k->path);
	if (errors != draft->errors)
		return;
	if (k->type == POL_T_TEMPLATE || k->type == POL_T_PLACE) {
		check_template(draft, k, text, at);
		return;
	}
	if (k->type == POL_T_TEXT) {
		draft_check_place_of_proof(draft, k, text, at);
		return;
	}
	if (!strcmp(k->values, "address")) {
		draft_check_address(draft, k, text, at);
		return;
	}
	check_parts(draft, k->path, text, at);
	if (!strcmp(k->values, "endpoint"))
		check_endpoint(draft, k, text, at);
	else if (!strcmp(k->values, "path"))
		check_path(draft, k, text, at);
	else if (!strcmp(k->values, "store"))
		check_store(draft, k, text, at);
	else if (!strcmp(k->values, "group"))
		check_group(draft, k, text, at);
	else if (!strcmp(k->values, "principal") && errors == draft->errors)
		check_principal(draft, k, text, at);
}

const struct draft_rule *draft_field(const struct draft *draft, size_t item, uint16_t keyword)
{
	for (size_t i = item + 1; i <= item + draft->rules[item].below; i++)
		if (draft->rules[i].keyword->id == keyword)
			return &draft->rules[i];
	return NULL;
}

static struct place of(const struct draft_rule *rule)
{
	return (struct place){rule->line, rule->column};
}

static void check_name(struct draft *draft, const struct draft_rule *name, const struct draft_rule *type,
		       const struct draft_rule *pattern)
{
	if (type && !name)
		draft_error(draft, of(type), "%s says how to read a name that is not given",
			    type->keyword->path);
	if (!name)
		return;
	if (draft_uses(name->text, 'H') && !strncmp(pattern->text, "ipc:", 4))
		draft_error(draft, of(name),
			    "%s: %%H is the host of a tcp:// endpoint, and ipc:// has none; %%h is this host",
			    name->keyword->path);
	if (draft_uses(name->text, 'H') && !strncmp(pattern->text, "tcp://*:", 8) &&
	    pattern->keyword->id == POL_K_INJECT_BIND)
		draft_warn(draft, of(name),
			   "%s: a bind to all interfaces, tcp://*:PORT, has no host for %%H and will be "
			   "refused; %%h is this host",
			   name->keyword->path);
	if ((!type || type->word == POL_W_HOSTBASED) && strchr(name->text, '/'))
		draft_warn(
			draft, of(name),
			"%s looks like a Kerberos principal but is read as service@host; say %s-type: krb5",
			name->keyword->path, strrchr(name->keyword->path, '.') + 1);
}

static void check_inject(struct draft *draft, size_t item)
{
	const struct draft_rule *bind = draft_field(draft, item, POL_K_INJECT_BIND);
	const struct draft_rule *connect = draft_field(draft, item, POL_K_INJECT_CONNECT);
	const struct draft_rule *service = draft_field(draft, item, POL_K_INJECT_SERVICE);
	const struct draft_rule *zap = draft_field(draft, item, POL_K_INJECT_ZAP);
	const struct draft_rule *failure = draft_field(draft, item, POL_K_INJECT_ON_FAILURE);
	struct place at = of(&draft->rules[item]);

	if (!bind == !connect) {
		draft_error(draft, at, "a rule of zmq.inject has either bind or connect; this one has %s",
			    bind ? "both" : "neither");
		return;
	}
	if (connect && !service)
		draft_error(
			draft, at,
			"a connect rule of zmq.inject needs the server's name, as in service: \"zmq@%%H\"");
	if (bind && service)
		draft_error(draft, of(service),
			    "a bind rule of zmq.inject takes no service: its own name is its principal");
	if (connect && zap)
		draft_error(draft, of(zap),
			    "a connect rule of zmq.inject takes no zap: a handler is asked by the server");
	if (bind && failure)
		draft_error(draft, of(failure),
			    "a bind rule of zmq.inject takes no on-failure: who binds is not refused");
	check_name(draft, service, draft_field(draft, item, POL_K_INJECT_SERVICE_TYPE),
		   bind ? bind : connect);
	check_name(draft, draft_field(draft, item, POL_K_INJECT_PRINCIPAL),
		   draft_field(draft, item, POL_K_INJECT_PRINCIPAL_TYPE), bind ? bind : connect);
}

/* What a rule of gss.match asks stands in lists and words of its own; the rest is what it says. */
static void check_match(struct draft *draft, size_t item)
{
	const struct draft_rule *r = &draft->rules[item + 1], *end = r + draft->rules[item].below;

	for (; r < end; r++)
		if (!pol_is_field(r->keyword))
			return;
	draft_error(
		draft, of(&draft->rules[item]),
		"a rule of gss.match says nothing; it needs a keyword of gss, such as peers or delegation");
}

void draft_check_record(struct draft *draft, size_t item)
{
	switch (draft->rules[item].keyword->id) {
	case POL_K_MATCH:
		check_match(draft, item);
		break;
	case POL_K_ACQUIRE:
		draft_check_acquire(draft, item);
		break;
	case POL_K_AUTH:
		draft_check_auth(draft, item);
		break;
	default:
		check_inject(draft, item);
	}
}
