/* SPDX-License-Identifier: MIT */
/* Has the client a ticket-granting ticket, in a cache that it can read and nobody else can? */
#include "tools/doctor/checks.h"

#include "tools/doctor/words.h"

#include <krb5.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOON 300 /* seconds */

static void say_missing(struct lines *lines, const struct evidence *evidence)
{
	const char *set = getenv("KRB5CCNAME");

	line_is(lines, LINE_FAIL);
	line_say(lines, "there is no ticket cache %s%s", evidence->cache.name, set ? " (KRB5CCNAME)" : "");
	line_remedy(lines, "get a ticket, as the user that the program runs as%s:",
		    set ? "" : ", or set KRB5CCNAME to where it is");
	words_kinit(lines, evidence);
}

static void say_malformed(struct lines *lines, const struct evidence *evidence)
{
	char *word;

	if (words_irregular(lines, &evidence->cache.file))
		return;
	word = line_word(evidence->cache.name);
	line_is(lines, LINE_FAIL);
	line_say(lines, "%s makes no sense to libkrb5%s%s", evidence->cache.name,
		 evidence->cache.text ? ": " : "", evidence->cache.text ? evidence->cache.text : "");
	line_remedy(lines, "make it anew:");
	line_command(lines, "kdestroy -c %s", word);
	words_kinit(lines, evidence);
	free(word);
}

static void check_permissions(struct lines *lines, const struct probe_file *file)
{
	char *word = file->path ? line_word(file->path) : NULL, *owner;

	if (file->exists && file->mode & 077) {
		line_is(lines, LINE_WARN);
		line_say(lines, "others may use its tickets: mode %04o", (unsigned)file->mode);
		line_command(lines, "chmod 600 %s", word);
	}
	if (file->exists && file->owner != geteuid()) {
		owner = words_user(file->owner);
		line_is(lines, LINE_WARN);
		line_say(lines, "it belongs to %s", owner);
		line_remedy(lines, "have a cache of your own: unset KRB5CCNAME, or name another");
		free(owner);
	}
	free(word);
}

static void check_principal(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_ccache *cache = &evidence->cache;

	line_say(lines, "%s has tickets of %s", cache->name, cache->principal);
	if (!evidence->client || !strcmp(evidence->client, cache->principal))
		return;
	line_is(lines, LINE_FAIL);
	line_say(lines, "none of %s", evidence->client);
	line_remedy(lines, "get one, into a cache of its own:");
	words_kinit(lines, evidence);
}

void check_cache(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_ccache *cache = &evidence->cache;

	line_begin(lines, "cache");
	line_text(lines, "cache", cache->name);
	line_text(lines, "type", cache->type);
	line_text(lines, "client", cache->principal);
	line_text(lines, "reason", probe_state_name(cache->state));
	words_file(lines, &cache->file);
	switch (cache->state) {
	case PROBE_MISSING:
		say_missing(lines, evidence);
		break;
	case PROBE_DENIED:
		line_is(lines, LINE_FAIL);
		words_denied(lines, &cache->file);
		break;
	case PROBE_MALFORMED:
		say_malformed(lines, evidence);
		break;
	case PROBE_FAILED:
		line_is(lines, LINE_FAIL);
		line_say(lines, "%s: %s", cache->name, cache->text ? cache->text : "it cannot be used");
		break;
	case PROBE_EMPTY:
	case PROBE_OK:
		if (cache->principal)
			check_principal(lines, evidence);
		else
			say_malformed(lines, evidence);
		check_permissions(lines, &cache->file);
	}
	line_end(lines);
}

static void judge_times(struct lines *lines, const struct evidence *evidence, const struct probe_ticket *tgt)
{
	int64_t left = tgt->end - evidence->now, ahead = tgt->start - evidence->now;
	char *end = words_time(tgt->end), *start = words_time(tgt->start), *span = words_span(left);

	if (left <= 0) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "%s expired %s ago, at %s", tgt->server, span, end);
		line_remedy(lines,
			    "get a new one; for a daemon let k5start, or a client keytab, keep it fresh:");
		words_kinit(lines, evidence);
	} else if (ahead > evidence->config.clockskew) {
		line_is(lines, LINE_FAIL);
		line_say(lines,
			 "%s is valid from %s on: the clock was ahead when it was got, or is behind now",
			 tgt->server, start);
		line_remedy(lines, "set the clock right (see clock), then get a new one:");
		words_kinit(lines, evidence);
	} else if (tgt->flags & TKT_FLG_INVALID) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "%s is postdated and not validated", tgt->server);
		line_command(lines, "kinit -v");
	} else {
		line_is(lines, left < SOON ? LINE_WARN : LINE_OK);
		line_say(lines, "%s until %s, %s from now", tgt->server, end, span);
		if (left < SOON && tgt->renew > tgt->end)
			line_command(lines, "kinit -R");
		else if (left < SOON)
			words_kinit(lines, evidence);
	}
	free(end);
	free(start);
	free(span);
}

static void say_none(struct lines *lines, const struct evidence *evidence)
{
	line_is(lines, LINE_FAIL);
	line_say(lines, "there is no ticket-granting ticket%s%s", evidence->cache.principal ? " of " : "",
		 evidence->cache.principal ? evidence->cache.principal : "");
	if (evidence->client)
		line_remedy(lines, "get one:");
	else
		line_remedy(lines, "get one, as the user that the program runs as:");
	words_kinit(lines, evidence);
}

/* libkrb5 passes over tickets whose session key it may not use. */
static void say_not_permitted(struct lines *lines, const struct evidence *evidence, const char *enctype)
{
	const struct probe_config *config = &evidence->config;

	line_is(lines, LINE_FAIL);
	line_say(lines, "its session key is of %s, which is not permitted here (see enctypes)", enctype);
	if (probe_config_kinit_suits(config)) {
		line_remedy(lines, "get one of another type:");
		words_kinit(lines, evidence);
	} else {
		line_remedy(lines, "add %s to %s in [libdefaults] of %s, or remove that line", enctype,
			    config->for_tickets.setting, words_config_file(config));
	}
}

static void judge_enctype(struct lines *lines, const struct evidence *evidence,
			  const struct probe_ticket *tgt)
{
	const struct probe_config *config = &evidence->config;
	char *enctype = words_enctype(tgt->session_enctype);

	line_text(lines, "session_enctype", enctype);
	if (!probe_enctypes_have(&config->for_tickets, tgt->session_enctype))
		say_not_permitted(lines, evidence, enctype);
	free(enctype);
}

static bool says_unknown(const struct probe_answer *answer)
{
	return answer->asked && answer->has_code && answer->code == KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN;
}

/* Does a KDC say that it does not know the client? */
static bool client_unknown(const struct evidence *evidence)
{
	const char *home = evidence->client ? strrchr(evidence->client, '@') : NULL;

	for (size_t r = 0; home && r < evidence->realms; r++) {
		const struct probe_kdcs *kdcs = &evidence->kdcs[r];
		bool unknown = says_unknown(&kdcs->library);

		for (size_t i = 0; i < kdcs->count && !unknown; i++)
			unknown = says_unknown(probe_kdc_answer(&kdcs->list[i]));
		if (unknown && !strcmp(home + 1, kdcs->realm))
			return true;
	}
	return false;
}

void check_tgt(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_ticket *tgt = probe_ccache_tgt(&evidence->cache);

	line_begin(lines, "tgt");
	if (tgt) {
		line_text(lines, "server", tgt->server);
		line_time(lines, "start", tgt->start);
		line_time(lines, "end", tgt->end);
		line_time(lines, "renew_till", tgt->renew);
		judge_times(lines, evidence, tgt);
		judge_enctype(lines, evidence, tgt);
	} else {
		say_none(lines, evidence);
	}
	if (client_unknown(evidence)) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "the KDC does not know %s", evidence->client);
		line_remedy(lines, "correct the name, or have it made:");
		words_kadmin(lines, "addprinc", evidence->client);
	}
	line_end(lines);
}
