/* SPDX-License-Identifier: MIT */
/* See given.h. */
#include "tools/replay/given.h"

#include "policy/draft.h"
#include "policy/image.h"
#include "tools/names/zmq.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name, *takes;
	uint16_t keywords[4]; /* that ask for it */
} keys[GIVEN_KEYS] = {
	[GIVEN_ROLE] = {"role", "initiator or acceptor", {POL_K_MATCH_ROLE}},
	[GIVEN_PEER] = {"peer", "a principal", {POL_K_PEERS_ALLOW, POL_K_PEERS_DENY, POL_K_MATCH_PEER}},
	[GIVEN_GROUPS] = {"groups",
			  "SIDs and attributes, as S-1-5-21-1-2-3-512,auth-indicators=strong",
			  {POL_K_PEERS_ALLOW_GROUPS, POL_K_PEERS_DENY_GROUPS}},
	[GIVEN_SERVICE] = {"service", "the acceptor's principal", {POL_K_MATCH_SERVICE}},
	[GIVEN_MECHANISM] =
		{"mechanism",
		 "krb5, iakerb, ntlm ... or an object identifier; of an endpoint NULL, PLAIN, CURVE "
		 "or GSSAPI",
		 {POL_K_MECHANISMS, POL_K_MATCH_MECHANISM}},
	[GIVEN_FLAGS] = {"flags",
			 "some of mutual,confidentiality,integrity,replay,sequence",
			 {POL_K_REQUIRE_FLAGS}},
	[GIVEN_TICKET] = {"ticket-enctype", "an encryption type", {POL_K_ENCTYPES_TICKET}},
	[GIVEN_SESSION] = {"session-enctype", "an encryption type", {POL_K_ENCTYPES_SESSION}},
	[GIVEN_LIFETIME] = {"lifetime", "a time such as 90, 15m or 8h", {POL_K_LIFETIME}},
	[GIVEN_BOUND] = {"bound", "yes or no", {POL_K_BINDINGS}},
	[GIVEN_STORE] = {"store", "a ticket cache or keytab, by type and name", {POL_K_STORES_ALLOW}},
	[GIVEN_DELEGATED] = {"delegated", "yes, no or constrained", {POL_K_DELEGATION, POL_K_CONSTRAINED}},
	[GIVEN_ANONYMOUS] = {"anonymous", "yes or no", {0}},
	[GIVEN_PROGRAM] = {"program", "a path", {POL_K_MATCH_PROGRAM}},
	[GIVEN_SCRIPT] = {"script", "a path, or nothing", {POL_K_MATCH_SCRIPT}},
	[GIVEN_USER] = {"user", "a user's name or number", {POL_K_MATCH_USER}},
	[GIVEN_MOMENT] = {"moment", "before-token, established or imported", {0}},
	[GIVEN_BIND] = {"bind", "an endpoint", {0}},
	[GIVEN_CONNECT] = {"connect", "an endpoint", {0}},
	[GIVEN_TYPE] = {"type", "a socket's type, such as REP", {0}},
	[GIVEN_PLAINTEXT] = {"plaintext", "yes or no", {0}},
	[GIVEN_RAW] = {"raw", "yes or no", {0}},
};

static const struct {
	const char *kind, *name, *number;
} names[] = {
#define NAME(kind, name, number) {kind, name, number},
#include "policy/names.def"
};

const char *given_name(enum given_key key)
{
	return keys[key].name;
}

bool given_asked(const struct pol *pol, const struct given *given, enum given_key key)
{
	if (given->is_endpoint)
		return false;
	for (size_t i = 0; i < sizeof(keys[key].keywords) / sizeof(keys[key].keywords[0]); i++)
		if (keys[key].keywords[i] && pol->asks[keys[key].keywords[i]])
			return true;
	return false;
}

/* The number of a name, which may be a number. NULL: it is neither. */
static const char *number_of(const char *kind, const char *text)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].kind, kind) && !strcasecmp(names[i].name, text))
			return names[i].number;
	return *text && !text[strspn(text, "0123456789.")] ? text : NULL;
}

static bool yes(const char *text, bool *value)
{
	*value = !strcmp(text, "yes");
	return *value || !strcmp(text, "no");
}

/* X.690, section 8.19: into out; 0: it is none. */
static size_t encode(const char *dotted, uint8_t *out, size_t size)
{
	uint64_t arcs[32], number;
	size_t count = 0, length = 0;
	char *end;

	for (const char *at = dotted; count < 32; at = end + 1) {
		errno = 0;
		arcs[count] = strtoull(at, &end, 10);
		if (end == at || errno || arcs[count++] > UINT32_MAX)
			return 0;
		if (*end != '.')
			break;
	}
	if (*end || count < 2 || arcs[0] > 2)
		return 0;
	arcs[1] += 40 * arcs[0];
	for (size_t i = 1; i < count; i++) {
		unsigned more = 0;

		number = arcs[i];
		for (uint64_t rest = number >> 7; rest; rest >>= 7)
			more++;
		for (; more && length < size; more--)
			out[length++] = (uint8_t)(0x80 | (number >> 7 * more & 0x7f));
		if (length == size)
			return 0;
		out[length++] = (uint8_t)(number & 0x7f);
	}
	return length;
}

static bool take_mechanism(struct given *given, const char *text)
{
	static const char *const zmq[] = {"NULL", "PLAIN", "CURVE", "GSSAPI"};
	const char *number = number_of("mechanism", text);

	for (int i = 0; given->is_endpoint && i < 4; i++)
		if (!strcasecmp(zmq[i], text)) {
			given->endpoint.mechanism = i;
			return true;
		}
	if (given->is_endpoint || !number)
		return false;
	given->facts.mech = given->mech;
	given->facts.mech_length = encode(number, given->mech, sizeof(given->mech));
	given->facts.kerberos = !strcasecmp(text, "krb5") || !strcmp(number, "1.2.840.113554.1.2.2");
	return given->facts.mech_length;
}

static bool take_flags(struct given *given, const char *text)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} flags[] = {
		{"mutual", 2}, {"replay", 4}, {"sequence", 8}, {"confidentiality", 16}, {"integrity", 32}};

	while (*text) {
		size_t length = strcspn(text, ","), i = 0;

		while (i < 5 && (strlen(flags[i].name) != length || strncmp(flags[i].name, text, length)))
			i++;
		if (i == 5)
			return false;
		given->facts.flags_granted |= flags[i].bit;
		text += length + (text[length] == ',');
	}
	return true;
}

static bool take_enctype(uint32_t *enctype, const char *text)
{
	const char *number = number_of("enctype", text);

	*enctype = number && !strchr(number, '.') ? (uint32_t)strtoul(number, NULL, 10) : 0;
	return *enctype;
}

static bool take_user(struct given *given, const char *text)
{
	const struct passwd *user = getpwnam(text);

	if (!user && (!*text || text[strspn(text, "0123456789")]))
		return false;
	given->process.user = user ? user->pw_uid : (uint32_t)strtoul(text, NULL, 10);
	return true;
}

static bool take_type(struct given *given, const char *text)
{
	for (int type = 0; type < 32; type++) {
		const char *name = name_zmq_type((uint64_t)type);

		if (!name || strcasecmp(strncmp(name, "ZMQ_", 4) ? name : name + 4, text))
			continue;
		given->endpoint.socket_type = type;
		return true;
	}
	return false;
}

static bool take_moment(struct given *given, const char *text)
{
	given->facts.moment = !strcmp(text, "before-token")  ? POL_BEFORE_TOKEN
			      : !strcmp(text, "established") ? POL_ESTABLISHED
			      : !strcmp(text, "imported")    ? POL_IMPORTED
							     : (enum pol_moment)0;
	return given->facts.moment;
}

static bool take_role(struct given *given, const char *text)
{
	given->facts.role = !strcmp(text, "initiator")	? POL_INITIATOR
			    : !strcmp(text, "acceptor") ? POL_ACCEPTOR
							: (enum pol_role)0;
	return given->facts.role;
}

static bool take_lifetime(struct given *given, const char *text)
{
	int64_t seconds = draft_seconds(text, strlen(text));

	given->facts.lifetime = (uint32_t)seconds;
	given->facts.lifetime_known = seconds >= 0;
	return seconds >= 0;
}

static bool take_delegated(struct given *given, const char *text)
{
	bool value, known = yes(text, &value);

	if (!strcmp(text, "constrained") && given->facts.role != POL_INITIATOR)
		return given->facts.constrained = true;
	given->facts.delegated = value && given->facts.role != POL_INITIATOR;
	given->facts.flags_requested = value && given->facts.role == POL_INITIATOR;
	given->facts.flags_granted |= given->facts.flags_requested;
	return known;
}

static bool take_plaintext(struct given *given, const char *text)
{
	bool value, known = yes(text, &value);

	given->endpoint.plaintext = value;
	return known;
}

static bool take_raw(struct given *given, const char *text)
{
	bool value, known = yes(text, &value);

	given->endpoint.raw = value;
	return known;
}

static bool take_peer(struct given *given, const char *text)
{
	*(given->facts.role == POL_INITIATOR ? &given->facts.acceptor : &given->facts.initiator) =
		(struct pol_name){text, strlen(text) < 256};
	return true;
}

/* Those of an attribute, one by one. */
static bool each_group(const struct pol_groups *groups, const char *attribute, size_t length,
		       bool (*visit)(void *context, const char *text, bool idle), void *context)
{
	const struct given *given = (const struct given *)groups;
	bool any = false;
	char text[256];

	for (const char *at = given->words[GIVEN_GROUPS]; *at; at += strspn(at, ",")) {
		size_t n = strcspn(at, ",");

		if (n < sizeof(text) && n >= length && !strncmp(at, attribute, length)) {
			memcpy(text, at, n);
			text[n] = 0;
			any = true;
			if (visit(context, text, false))
				break;
		}
		at += n;
	}
	return any;
}

static bool take(struct given *given, enum given_key key, const char *text)
{
	struct pol_facts *facts = &given->facts;

	switch (key) {
	case GIVEN_ROLE:
		return take_role(given, text);
	case GIVEN_PEER:
		return take_peer(given, text);
	case GIVEN_GROUPS:
		given->groups.each = each_group;
		facts->groups = &given->groups;
		return true;
	case GIVEN_SERVICE:
		facts->acceptor = (struct pol_name){text, strlen(text) < 256};
		return true;
	case GIVEN_MECHANISM:
		return take_mechanism(given, text);
	case GIVEN_FLAGS:
		return take_flags(given, text);
	case GIVEN_TICKET:
		return take_enctype(&facts->ticket_enctype, text);
	case GIVEN_SESSION:
		return take_enctype(&facts->session_enctype, text);
	case GIVEN_LIFETIME:
		return take_lifetime(given, text);
	case GIVEN_BOUND:
		return yes(text, &facts->bound);
	case GIVEN_STORE:
		facts->store = (struct pol_name){text, strlen(text) < 256};
		return true;
	case GIVEN_DELEGATED:
		return take_delegated(given, text);
	case GIVEN_ANONYMOUS:
		return yes(text, &facts->anonymous);
	case GIVEN_PROGRAM:
		given->process.program = text;
		return true;
	case GIVEN_SCRIPT:
		given->process.script = text;
		return true;
	case GIVEN_USER:
		return take_user(given, text);
	case GIVEN_MOMENT:
		return take_moment(given, text);
	case GIVEN_TYPE:
		return take_type(given, text);
	case GIVEN_PLAINTEXT:
		return take_plaintext(given, text);
	case GIVEN_RAW:
		return take_raw(given, text);
	default:
		given->endpoint.way = key == GIVEN_BIND ? POL_BIND : POL_CONNECT;
		given->endpoint.endpoint = text;
		return true;
	}
}

static int key_of(const char *word, size_t length)
{
	int key = 0;

	while (key < GIVEN_KEYS &&
	       (strlen(keys[key].name) != length || strncmp(keys[key].name, word, length)))
		key++;
	return key;
}

static bool sort_word(struct given *given, const char *word, char *error, size_t size)
{
	const char *equals = strchr(word, '=');
	int key = equals ? key_of(word, (size_t)(equals - word)) : GIVEN_KEYS;
	int used = 0;

	if (key < GIVEN_KEYS && given->words[key])
		snprintf(error, size, "%s is given twice", keys[key].name);
	else if (key < GIVEN_KEYS)
		return given->words[key] = equals + 1, true;
	else
		used = snprintf(error, size, "'%s' is no fact; facts are", word);
	for (int i = 0; used > 0 && i < GIVEN_KEYS && (size_t)used < size; i++)
		used += snprintf(error + used, size - (size_t)used, " %s=", keys[i].name);
	return false;
}

/* A socket and a context have few facts in common. */
static bool goes_together(const struct given *given, char *error, size_t size)
{
	for (int key = 0; key < GIVEN_KEYS; key++) {
		bool of_endpoint = key >= GIVEN_BIND;

		if (!given->words[key] || key == GIVEN_MECHANISM || of_endpoint == given->is_endpoint)
			continue;
		snprintf(error, size,
			 given->is_endpoint ? "%s= is no fact of an endpoint (bind=, connect=)"
					    : "%s= is a fact of an endpoint: give bind= or connect= as well",
			 keys[key].name);
		return false;
	}
	if (given->words[GIVEN_BIND] && given->words[GIVEN_CONNECT]) {
		snprintf(error, size, "give bind= or connect=, and not both");
		return false;
	}
	return true;
}

/* An initiator's peer is the service, by either name. */
static bool one_peer(struct given *given, char *error, size_t size)
{
	const char **peer = &given->words[GIVEN_PEER], **service = &given->words[GIVEN_SERVICE];

	if (given->facts.role != POL_INITIATOR)
		return true;
	*peer = *peer ? *peer : *service;
	*service = *service ? *service : *peer;
	if (!*peer || !strcmp(*peer, *service))
		return true;
	snprintf(error, size, "an initiator's peer is the service: give one of peer= and service=");
	return false;
}

bool given_take(struct given *given, char *const *words, int count, char *error, size_t size)
{
	*given = (struct given){.facts.lifetime = UINT32_MAX,
				.endpoint = {.socket_type = -1, .mechanism = -1}};
	for (int i = 0; i < count; i++)
		if (!sort_word(given, words[i], error, size))
			return false;
	given->is_endpoint = given->words[GIVEN_BIND] || given->words[GIVEN_CONNECT];
	if (!goes_together(given, error, size))
		return false;
	/* The role comes first: by it the others are read. */
	for (int key = 0; key < GIVEN_KEYS; key++)
		if (given->words[key] && !take(given, (enum given_key)key, given->words[key])) {
			snprintf(error, size, "%s=%s: it takes %s", keys[key].name, given->words[key],
				 keys[key].takes);
			return false;
		}
	/* Names are compared as Kerberos' where no other mechanism is given, which does not make it known. */
	given->facts.kerberos |= !given->words[GIVEN_MECHANISM];
	given->facts.mech = given->mech;
	if (!given->words[GIVEN_USER])
		given->process.user = POL_NO_USER;
	if (given->words[GIVEN_USER] || given->words[GIVEN_PROGRAM] || given->words[GIVEN_SCRIPT])
		given->facts.process = &given->process;
	return one_peer(given, error, size);
}
