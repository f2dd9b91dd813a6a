/* SPDX-License-Identifier: MIT */
/* What this system has of a case: keytab, ticket cache, configuration, each looked at once. */
#include "tools/diagnose/local.h"
#include "tools/diagnose/trust.h"
#include "tools/doctor/words.h"

#include <stdlib.h>
#include <string.h>

const char *case_word(struct diagnose_case *c, const char *text)
{
	char *word = line_word(text);

	list_take(&c->texts, word);
	return word;
}

const char *case_kadmin_word(struct diagnose_case *c, const char *text)
{
	char *word = words_kadmin_word(text);

	list_take(&c->texts, word);
	return word;
}

const char *case_kadmin(struct diagnose_case *c, const char *principal)
{
	char *command = words_kadmin_command(principal);

	list_take(&c->texts, command);
	return command;
}

static bool can_look(struct diagnose_case *c, const struct model_talk *talk, const char *what)
{
	const char *why;

	if (!talk)
		return false;
	why = local_not(c, talk);
	if (!why && !talk->settings.known)
		why = "the trace does not say which environment the process had";
	if (!why && probe_left_behind())
		why = "a KDC or name service that does not answer is still being waited for";
	if (why)
		list_take(&c->unseen, must_format("%s: %s", what, why));
	return !why;
}

/* why: NULL, or why it is not looked at. */
static bool may_look(struct diagnose_case *c, const char *what, const char *why)
{
	if (why)
		list_take(&c->unseen, must_format("%s: %s", what, why));
	return !why;
}

const char *case_stored(struct diagnose_case *c, const struct model_talk *talk, const char *key)
{
	size_t length = strlen(key);

	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		for (size_t at = 0; at + length < step->store.length; at += strlen(step->store.at + at) + 1)
			if (!strncmp(step->store.at + at, key, length) && step->store.at[at + length] == '=')
				return case_format(c, "%s", step->store.at + at + length + 1);
	return NULL;
}

const struct probe_keytab *case_keytab(struct diagnose_case *c)
{
	const char *name;

	if (c->keytab_known)
		return c->keytab_seen ? &c->keytab : NULL;
	c->keytab_known = true;
	if (!can_look(c, c->acc, "the acceptor's keytab"))
		return NULL;
	name = case_text(c, c->acc->keytab);
	if (!name)
		name = case_stored(c, c->acc, "keytab");
	if (!may_look(c, "the acceptor's keytab", trust_not_keytab(c, c->acc, name, TR_F_KRB5_KTNAME)))
		return NULL;
	local_enter(c->acc);
	probe_keytab_open(&c->keytab, name);
	local_leave();
	c->keytab_seen = true;
	local_changed(c, c->acc, &c->keytab.file);
	return &c->keytab;
}

const struct probe_keytab *case_client_keytab(struct diagnose_case *c)
{
	const char *name;

	if (c->client_keytab_known)
		return c->client_keytab_seen ? &c->client_keytab : NULL;
	c->client_keytab_known = true;
	if (!can_look(c, c->init, "the initiator's client keytab"))
		return NULL;
	name = case_stored(c, c->init, "client_keytab");
	if (!may_look(c, "the initiator's client keytab",
		      trust_not_keytab(c, c->init, name, TR_F_KRB5_CLIENT_KTNAME)))
		return NULL;
	local_enter(c->init);
	probe_client_keytab_open(&c->client_keytab, name);
	local_leave();
	c->client_keytab_seen = true;
	local_changed(c, c->init, &c->client_keytab.file);
	return &c->client_keytab;
}

/* It is for a remedy, and proves nothing: what it is not looked at for is not told. */
const struct probe_keytab *case_own_keytab(struct diagnose_case *c)
{
	const char *name;

	if (!c->own_keytab_known) {
		c->own_keytab_known = true;
		name = c->init && c->init->settings.known ? case_stored(c, c->init, "keytab") : NULL;
		if (!c->init || !c->init->settings.known || local_not(c, c->init) ||
		    trust_not_keytab(c, c->init, name, TR_F_KRB5_KTNAME) || !local_enter(c->init))
			return NULL;
		probe_keytab_open(&c->own_keytab, name);
		local_leave();
		c->own_keytab_seen = true;
	}
	return c->own_keytab_seen && c->own_keytab.state == PROBE_OK ? &c->own_keytab : NULL;
}

/* Whose credentials the program asked for: in a collection that chooses. */
static struct model_text asked_for(const struct model_talk *talk)
{
	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (step->failed && step->name.at && step->call != TR_gss_init_sec_context)
			return step->name;
	return (struct model_text){0};
}

const struct probe_ccache *case_ccache(struct diagnose_case *c)
{
	const char *name;

	if (c->ccache_known)
		return c->ccache_seen ? &c->ccache : NULL;
	c->ccache_known = true;
	if (!can_look(c, c->init, "the initiator's ticket cache"))
		return NULL;
	name = case_text(c, c->init->ccache);
	if (!name)
		name = case_stored(c, c->init, "ccache");
	if (!may_look(c, "the initiator's ticket cache", trust_not_ccache(c, c->init, name)))
		return NULL;
	local_enter(c->init);
	probe_ccache_open(&c->ccache, name, case_text(c, asked_for(c->init)));
	local_leave();
	c->ccache_seen = true;
	local_changed(c, c->init, &c->ccache.file);
	return &c->ccache;
}

const struct probe_config *case_config(struct diagnose_case *c, const struct model_talk *talk)
{
	int side = talk == c->acc;

	if (c->config_known[side])
		return &c->config[side];
	if (!can_look(c, talk, "its krb5.conf"))
		return NULL;
	local_enter(talk);
	probe_config_read(&c->config[side]);
	local_leave();
	c->config_known[side] = true;
	for (size_t i = 0; i < c->config[side].count; i++)
		local_changed(c, talk, &c->config[side].files[i].file);
	return &c->config[side];
}

/* "FILE:/x has host/a@R kvno 3 (aes256...), kvno 4 (...)", of one principal, or of all. */
const char *keytab_text(struct diagnose_case *c, const struct probe_keytab *keytab, const char *principal)
{
	const char *text = NULL;
	size_t said = 0;

	for (size_t i = 0; i < keytab->count; i++) {
		const struct probe_key *key = &keytab->keys[i];

		if (principal && strcmp(key->principal, principal))
			continue;
		if (++said > 8)
			continue;
		text = case_format(c, "%s%s%s%skvno %u %s", text ? text : "", text ? ", " : "",
				   principal ? "" : key->principal, principal ? "" : " ", key->kvno,
				   enctype_text(c, key->enctype));
	}
	if (!text)
		return case_format(c, "%s has no key%s%s", keytab->name, principal ? " of " : "",
				   principal ? principal : "");
	if (said > 8)
		text = case_format(c, "%s and %zu more", text, said - 8);
	return case_format(c, "%s has %s%s%s", keytab->name, principal ? principal : "",
			   principal ? ": " : "", text);
}
