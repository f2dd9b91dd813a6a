/* SPDX-License-Identifier: MIT */
/* Which principal the service's name becomes, by which names and addresses; and which realm it is in. */
#include "tools/doctor/checks.h"

#include "tools/doctor/words.h"
#include "tools/base/list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool known(const struct evidence *evidence)
{
	return evidence->asked && !evidence->service.late && !evidence->service.code;
}

/* Does the name in reverse decide what is asked for? */
static bool reverse_counts(const struct probe_config *config)
{
	return config->rdns && config->canonicalize != PROBE_CANONICALIZE_NO;
}

static void check_address(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_names *names = &evidence->names;
	const struct probe_target *target = &evidence->question->target;
	const char *name = NULL;

	for (size_t i = 0; i < names->count && !name; i++)
		name = names->addresses[i].name;
	/* With rdns the principal has the name and not the address. */
	line_is(lines, known(evidence) ? LINE_WARN : LINE_FAIL);
	line_say(lines, "%s is an address: Kerberos knows services by the names of their hosts",
		 target->host);
	if (name) {
		char *word = line_word(name);

		line_remedy(lines, "name the host, in the program's configuration as well:");
		line_command(lines, "gsstap doctor --service %s@%s", target->service, word);
		free(word);
	} else {
		line_remedy(lines, "name the host; an address alone does not tell what it is called");
	}
}

static void check_lookup(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_names *names = &evidence->names;
	const char *host = evidence->question->target.host;

	if (names->error) {
		line_is(lines, LINE_WARN);
		line_say(lines, "%s has no address (%s)", host, names->text);
		line_remedy(lines, "put %s into DNS or /etc/hosts, or correct its name", host);
	}
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->addresses[i].name, *address = names->addresses[i].address;

		line_item(lines, "addresses", address);
		if (names->is_address && name)
			line_say(lines, "it is %s in reverse", name);
		else if (!name || !strcmp(name, address))
			line_say(lines, "%s is %s, which has no name in reverse", host, address);
		else if (strcasecmp(name, host))
			line_say(lines, "%s is %s, which is %s in reverse", host, address, name);
		else
			line_say(lines, "%s is %s and back", host, address);
		if (name && strcasecmp(name, host) && reverse_counts(&evidence->config))
			line_is(lines, LINE_WARN);
	}
	for (size_t i = 0; i < names->count; i++)
		line_item(lines, "reverse", names->addresses[i].name ? names->addresses[i].name : "");
}

/* Does libkrb5 ask for another host than was named? */
static void check_principal(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_target *target = &evidence->question->target;
	const char *principal = evidence->names.principal;
	char *plain = must_format("%s/%s@", target->service, target->host);

	line_say(lines, "asked for as %s", principal);
	if (!target->principal && strncasecmp(principal, plain, strlen(plain)))
		line_say(lines, "libkrb5 took the host's name from DNS");
	/* Many realms live by that; it is a defect where nobody knows the other name. */
	if (!target->principal && strncasecmp(principal, plain, strlen(plain)) && !known(evidence)) {
		line_is(lines, LINE_WARN);
		line_remedy(lines,
			    "if the service is registered as %s%s, write into [libdefaults] of %s: "
			    "dns_canonicalize_hostname = false",
			    plain, evidence->names.realm ? evidence->names.realm : "REALM",
			    words_config_file(&evidence->config));
	}
	free(plain);
}

void check_names(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_names *names = &evidence->names;

	line_begin(lines, "names");
	line_text(lines, "host", evidence->question->target.host);
	line_bool(lines, "is_address", names->is_address);
	if (names->is_address)
		check_address(lines, evidence);
	if (names->late) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "name services do not answer");
		line_remedy(lines,
			    "look at the name servers in /etc/resolv.conf: each look-up holds programs up");
	} else {
		check_lookup(lines, evidence);
		line_text(lines, "canonical", names->canonical);
		line_text(lines, "principal", names->principal);
	}
	if (names->principal) {
		check_principal(lines, evidence);
	} else if (!names->late) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "libkrb5 makes no principal of it: %s", names->code_text);
	}
	line_end(lines);
}

static void check_default(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_names *names = &evidence->names;

	if (evidence->config.default_realm)
		return;
	/* Where all names come with their realms, nothing asks for it. */
	line_is(lines, names->mapped || known(evidence) ? LINE_WARN : LINE_FAIL);
	line_say(lines, "there is no default realm");
	line_remedy(lines, "write into [libdefaults] of %s: default_realm = %s",
		    words_config_file(&evidence->config), names->mapped ? names->realm : "REALM");
}

void check_realm(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_names *names = &evidence->names;

	line_begin(lines, "realm");
	line_text(lines, "realm", names->realm);
	line_bool(lines, "mapped", names->mapped);
	line_text(lines, "default_realm", evidence->config.default_realm);
	if (names->mapped) {
		line_say(lines, "%s is in %s", evidence->question->target.host, names->realm);
	} else if (known(evidence)) {
		line_say(lines, "no [domain_realm] has %s; the KDC says: %s", evidence->question->target.host,
			 evidence->service.server);
	} else if (names->is_address) {
		line_is(lines, LINE_SKIP);
		line_say(lines, "an address is in no realm (see names)");
	} else {
		line_is(lines, LINE_WARN);
		line_say(lines, "no [domain_realm] has %s: the client's KDC is asked, then %s is tried",
			 evidence->question->target.host, names->realm ? names->realm : "nothing");
		line_remedy(lines, "write into [domain_realm] of %s: %s = REALM",
			    words_config_file(&evidence->config), evidence->question->target.host);
	}
	check_default(lines, evidence);
	line_end(lines);
}
