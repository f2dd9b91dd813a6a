/* SPDX-License-Identifier: MIT */
/* See init_cause.h. */
#include "tools/diagnose/init_cause.h"

#include "tools/doctor/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const struct model_step *about_cache(const struct diagnose_case *c)
{
	static const unsigned codes[] = {SAYS_CC_NOTFOUND, SAYS_CC_IO,	   SAYS_FCC_PERM,
					 SAYS_FCC_NOFILE,  SAYS_CC_FORMAT, SAYS_CC_BADVNO};
	static const char *const texts[] = {"No Kerberos credentials available", "No credentials cache found",
					    "Can't find client principal", "redential cache is empty",
					    "Permission denied"};
	const struct model_step *step = NULL;

	if (!c->init || case_failed(c) != c->init || case_error_code(c) >= 0)
		return NULL;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]) && !step; i++)
		step = talk_says(c->init, codes[i]);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !step; i++)
		step = talk_says_text(c->init, texts[i]);
	return step;
}

const struct probe_ccache *failed_cache(struct diagnose_case *c)
{
	const struct probe_ccache *cache;

	if (!c->init || case_failed(c) != c->init)
		return NULL;
	cache = case_ccache(c);
	return cache && cache->state == PROBE_OK && cache->principal ? cache : NULL;
}

bool names_principal(const char *principal, const char *name)
{
	size_t service = strcspn(name, "@/"), length;
	const char *host = name[service] ? name + service + 1 : "";

	if (!strcmp(principal, name))
		return true;
	length = strlen(name);
	if (!strchr(name, '@') && !strncmp(principal, name, length) && principal[length] == '@')
		return true;
	if (strncmp(principal, name, service) || principal[service] != '/')
		return false;
	length = strcspn(host, "@");
	return !length || (!host[length] && !strncasecmp(principal + service + 1, host, length) &&
			   principal[service + 1 + length] == '@');
}

/* What the text of a step has between these two. */
static const char *between(struct diagnose_case *c, const struct model_step *step, const char *before,
			   const char *after)
{
	const char *text = case_text(c, step->text), *at = text ? strstr(text, before) : NULL, *end;

	if (!at)
		return NULL;
	at += strlen(before);
	end = strstr(at, after);
	return end && end > at ? case_format(c, "%.*s", (int)(end - at), at) : NULL;
}

const char *wanted_client(struct diagnose_case *c, const struct model_step *step)
{
	const char *principal = between(c, step, "client principal ", " in cache");

	if (!principal)
		principal = between(c, step, "Client '", "' not found");
	return principal || step->call == TR_gss_init_sec_context ? principal : case_text(c, step->name);
}

const char *wanted_service(struct diagnose_case *c, const struct model_step *step)
{
	const char *principal = step ? between(c, step, "Server ", " not found") : NULL;

	return principal ? principal : case_service(c);
}

const char *full_service(struct diagnose_case *c, const struct model_step *step)
{
	const char *service = wanted_service(c, step);
	const struct probe_ccache *cache = failed_cache(c);

	if (!service || realm_of(service) || !cache || !realm_of(cache->principal))
		return service;
	return case_format(c, "%.*s@%s", (int)strcspn(service, "@"), service, realm_of(cache->principal));
}

bool krbtgt_unknown(const struct model_step *step)
{
	return step->text.at && memmem(step->text.at, step->text.length, "Server krbtgt/", 14);
}

const char *host_of(struct diagnose_case *c, const char *name)
{
	const char *host = name ? strpbrk(name, "@/") : NULL;

	return host ? case_format(c, "%.*s", (int)strcspn(host + 1, "@"), host + 1) : NULL;
}

const char *realm_of(const char *principal)
{
	const char *at = principal ? strrchr(principal, '@') : NULL;

	return at && at[1] ? at + 1 : NULL;
}

void said_evidence(struct diagnose_case *c, struct finding *finding, const struct model_step *step)
{
	finding_evidence(finding, "%s", case_said(c, c->init, step));
}

/* "alice@R": as kinit is to be given it. */
static const char *client_word(struct diagnose_case *c, const char *name)
{
	return name ? case_format(c, "%s%s", *name == '-' ? "-- " : "", case_word(c, name)) : "PRINCIPAL";
}

/* Nobody knows the password of a service: its key is in its keytab. */
static const char *own_key(struct diagnose_case *c, const char *name)
{
	const struct probe_keytab *keytab = name ? case_own_keytab(c) : NULL;

	for (size_t i = 0; keytab && keytab->file.path && i < keytab->count; i++)
		if (names_principal(keytab->keys[i].principal, name))
			return keytab->keys[i].principal;
	return NULL;
}

static void kinit(struct diagnose_case *c, struct finding *finding, const char *variable, const char *options,
		  const char *name)
{
	const char *key = own_key(c, name);

	if (key)
		finding_command(finding, "%skinit -k -t %s %s%s", variable,
				case_word(c, case_own_keytab(c)->file.path), options, client_word(c, key));
	else
		finding_command(finding, "%skinit %s%s", variable, options, client_word(c, name));
}

/* Into what only the process has, or libkrb5 cannot use, nobody gets any. */
static void kinit_into_file(struct diagnose_case *c, struct finding *finding,
			    const struct probe_ccache *cache, const char *name)
{
	bool stored = case_stored(c, c->init, "ccache");
	char *file = words_file_cache(c->init->process->uid);

	finding_remedy(finding,
		       "kinit gets none into %s: get it into a file, and name that in the program's %s:",
		       cache->name, stored ? "credential store" : "environment");
	kinit(c, finding, "", case_format(c, "-c %s ", file), name);
	if (!stored)
		finding_command(finding, "export KRB5CCNAME=%s", file);
	free(file);
}

void kinit_remedy(struct diagnose_case *c, struct finding *finding, const struct probe_ccache *cache,
		  const char *name)
{
	if (probe_ccache_takes(cache))
		kinit(c, finding, "", case_format(c, "-c %s ", case_word(c, cache->name)), name);
	else
		kinit_into_file(c, finding, cache, name);
}

void kinit_default_remedy(struct diagnose_case *c, struct finding *finding, const char *name)
{
	const char *cache = c->init ? case_text(c, c->init->ccache) : NULL;

	if (cache && !strncmp(cache, "MEMORY:", 7)) {
		finding_remedy(finding, "start the program again: it has got its ticket itself, into %s",
			       cache);
		return;
	}
	kinit(c, finding, "", cache ? case_format(c, "-c %s ", case_word(c, cache)) : "", name);
}

/* A name for a file beside the cache's: what is no letter or digit of the client's may mean something there.
 */
static const char *beside(struct diagnose_case *c, const struct probe_ccache *cache, const char *name)
{
	char *suffix = must_format("%.*s", (int)strcspn(name, "@"), name);

	list_take(&c->texts, suffix);
	for (char *at = suffix; *at; at++)
		if (!isalnum((unsigned char)*at))
			*at = '_';
	return case_format(c, "FILE:%s.%s", cache->file.path, suffix);
}

void kinit_beside_remedy(struct diagnose_case *c, struct finding *finding, const struct probe_ccache *cache,
			 const char *name)
{
	const char *stored = case_stored(c, c->init, "ccache"),
		   *setting = talk_setting(c, c->init, TR_F_KRB5CCNAME);
	const char *named = stored ? stored : setting, *own;

	if (!strcmp(cache->type, "FILE") && cache->file.path) {
		own = beside(c, cache, name);
		finding_remedy(finding,
			       "get tickets of %s, as the user that the program runs as, into a cache of the "
			       "program's own, and name that %s:",
			       name, stored ? "in its credential store" : "in its environment");
		kinit(c, finding, "", case_format(c, "-c %s ", case_word(c, own)), name);
		if (!stored)
			finding_command(finding, "export KRB5CCNAME=%s", case_word(c, own));
		return;
	}
	/* kinit -c would put them in the place of those that the collection's first cache has. */
	finding_remedy(
		finding,
		"add tickets of %s to the collection; kinit makes them those that are used where nobody "
		"is named, so %s's have to be chosen again:",
		name, cache->principal);
	own = named ? case_format(c, "KRB5CCNAME=%s ", case_word(c, named)) : "";
	kinit(c, finding, own, "", name);
	finding_command(finding, "%skswitch -p %s", own, case_word(c, cache->principal));
}

void kadmin_remedy(struct diagnose_case *c, struct finding *finding, const char *request, const char *name)
{
	finding_command(finding, "%s -q %s", case_kadmin(c, name),
			case_word(c, case_format(c, "%s %s", request, case_kadmin_word(c, name))));
}

void kadmin_remedy_of(struct diagnose_case *c, struct finding *finding, const char *request, const char *name,
		      const char *what)
{
	finding_command(finding, "%s -q %s", case_kadmin(c, name),
			case_word(c, case_format(c, "%s %s %s", request, case_kadmin_word(c, name), what)));
}

void setting_remedy(struct diagnose_case *c, struct finding *finding, const char *section, const char *line)
{
	const struct probe_config *config = case_config(c, c->init);

	finding_remedy(finding, "write into [%s] of %s: %s", section,
		       config ? words_config_file(config) : "krb5.conf", line);
}
