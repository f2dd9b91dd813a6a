/* SPDX-License-Identifier: MIT */
/* What a case knows from traces; see case.h. What the system has is in look.c. */
#include "tools/diagnose/case.h"

#include "tools/names/names.h"
#include "tools/token/decode.h"

#include <krb5/krb5.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool decode(struct token *token, const struct model_token *from, uint64_t time, const char *name,
		   const struct token_node **found)
{
	struct tr_bytes bytes = {(const uint8_t *)from->bytes.at, from->bytes.length};

	if (!bytes.length || !token_decode(token, bytes, from->length, TOKEN_IN_HANDSHAKE, time))
		return false;
	*found = token_search(token, name);
	return *found;
}

/* The first token that holds an AP-REQ, and the first that holds a KRB-ERROR, of either side's steps. */
static void tokens_of(struct diagnose_case *c, const struct model_talk *talk)
{
	for (const struct model_step *step = talk ? talk->steps.first : NULL; step; step = step->next) {
		const struct model_token *both[] = {&step->in, &step->out};

		for (int i = 0; i < 2; i++) {
			if (!c->ap_req)
				decode(&c->request, both[i], step->time, "ap_req", &c->ap_req);
			if (!c->krb_error)
				decode(&c->error, both[i], step->time, "krb_error", &c->krb_error);
		}
	}
}

void case_begin(struct diagnose_case *c, const struct model_talk *init, const struct model_talk *acc)
{
	*c = (struct diagnose_case){.init = init, .acc = acc};
	tokens_of(c, acc);
	tokens_of(c, init);
}

void case_end(struct diagnose_case *c)
{
	token_free(&c->request);
	token_free(&c->error);
	if (c->keytab_seen)
		probe_keytab_free(&c->keytab);
	if (c->client_keytab_seen)
		probe_keytab_free(&c->client_keytab);
	if (c->own_keytab_seen)
		probe_keytab_free(&c->own_keytab);
	if (c->ccache_seen)
		probe_ccache_free(&c->ccache);
	for (int i = 0; i < 2; i++)
		if (c->config_known[i])
			probe_config_free(&c->config[i]);
	list_free(&c->unseen);
	list_free(&c->texts);
}

static bool bad(const struct model_talk *talk)
{
	return talk && (talk->credential || talk->outcome == TR_OUTCOME_FAILED);
}

const struct model_talk *case_failed(const struct diagnose_case *c)
{
	if (bad(c->init) && bad(c->acc))
		return c->acc->last <= c->init->last ? c->acc : c->init;
	return bad(c->init) ? c->init : bad(c->acc) ? c->acc : NULL;
}

const struct model_step *case_says(const struct diagnose_case *c, unsigned code)
{
	const struct model_step *step = talk_says(c->acc, code);

	return step ? step : talk_says(c->init, code);
}

const struct model_talk *case_step_talk(const struct diagnose_case *c, const struct model_step *step)
{
	for (const struct model_step *s = c->acc ? c->acc->steps.first : NULL; s; s = s->next)
		if (s == step)
			return c->acc;
	return c->init;
}

int64_t case_error_code(const struct diagnose_case *c)
{
	const struct token_node *code =
		c->krb_error ? token_find(&c->error, (uint32_t)(c->krb_error - c->error.nodes), "error_code")
			     : NULL;

	return code ? (int64_t)code->number : -1;
}

const char *case_text(struct diagnose_case *c, struct model_text text)
{
	return text.at && text.length ? case_format(c, "%s", text.at) : NULL;
}

const char *talk_setting(struct diagnose_case *c, const struct model_talk *talk, enum tr_field_id variable)
{
	return talk ? case_text(c, talk->settings.values[variable - TR_F_KRB5_CONFIG]) : NULL;
}

const char *case_format(struct diagnose_case *c, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = must_strdup("");
	va_end(arguments);
	list_take(&c->texts, text);
	return text;
}

static const struct token_node *in_request(const struct diagnose_case *c, const char *path)
{
	return c->ap_req ? token_find(&c->request, (uint32_t)(c->ap_req - c->request.nodes), path) : NULL;
}

const char *case_service(struct diagnose_case *c)
{
	const struct token_node *sname = in_request(c, "ticket.sname"),
				*realm = in_request(c, "ticket.realm");
	const char *name;

	if (sname && realm)
		return case_format(c, "%.*s@%.*s", (int)sname->text.length, (const char *)sname->text.at,
				   (int)realm->text.length, (const char *)realm->text.at);
	name = c->init ? case_text(c, c->init->acceptor) : NULL;
	return name ? name : c->acc ? case_text(c, c->acc->acceptor) : NULL;
}

const char *case_asked(struct diagnose_case *c)
{
	const struct model_step *step = c->init ? c->init->steps.first : NULL;

	if (c->init && c->init->asked.at)
		return case_text(c, c->init->asked);
	for (; step; step = step->next)
		if (!step->depth && step->name.at)
			return case_text(c, step->name);
	return c->init ? case_text(c, c->init->acceptor) : NULL;
}

const char *case_client(struct diagnose_case *c)
{
	const char *name = c->init ? case_text(c, c->init->initiator) : NULL;
	const struct token_node *cname = in_request(c, "ticket_opened.cname"),
				*crealm = in_request(c, "ticket_opened.crealm");

	if (!name && c->acc)
		name = case_text(c, c->acc->initiator);
	if (!name && cname && crealm)
		name = case_format(c, "%.*s@%.*s", (int)cname->text.length, (const char *)cname->text.at,
				   (int)crealm->text.length, (const char *)crealm->text.at);
	return name;
}

bool case_kvno(const struct diagnose_case *c, uint32_t *kvno)
{
	const struct token_node *node = in_request(c, "ticket.enc_part.kvno");

	if (node)
		*kvno = (uint32_t)node->number;
	return node;
}

bool case_enctype(const struct diagnose_case *c, int32_t *enctype)
{
	const struct token_node *node = in_request(c, "ticket.enc_part.etype");

	if (node)
		*enctype = (int32_t)node->number;
	return node;
}

const char *enctype_text(struct diagnose_case *c, int32_t enctype)
{
	const char *name = enctype < 0 ? NULL : name_of(TR_TYPE_ENCTYPE, (uint64_t)enctype);

	return name ? case_format(c, "%s", name) : case_format(c, "encryption type %d", enctype);
}

const char *case_name(struct diagnose_case *c, const struct model_talk *talk)
{
	const char *name = case_text(c, talk->process->program->name);

	return name ? name : "a process";
}

const char *case_name_beside(struct diagnose_case *c, const struct model_talk *talk,
			     const struct model_talk *other)
{
	const char *name = case_name(c, talk);

	if (!other || !talk->role || strcmp(name, case_name(c, other)))
		return name;
	return case_format(c, "the %s %s", talk->role == TR_ROLE_ACCEPTOR ? "acceptor" : "initiator", name);
}

const char *case_program(struct diagnose_case *c, const struct model_talk *talk)
{
	return case_format(c, "%s[%u]", case_name(c, talk), talk->pid);
}

const char *time_text(struct diagnose_case *c, int64_t seconds)
{
	time_t at = (time_t)seconds;
	struct tm tm;
	char text[64] = "";

	if (!localtime_r(&at, &tm) || !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		return case_format(c, "%jd", (intmax_t)seconds);
	return case_format(c, "%s", text);
}

const char *case_mech(const struct model_step *step)
{
	return step->mech.at ? name_oid((const uint8_t *)step->mech.at, step->mech.length) : NULL;
}

/* Of a minor status that no table has: the major one says more. */
static bool says_nothing(const char *text)
{
	return !text || !strcmp(text, "Unknown error") || !strcmp(text, "Success");
}

const char *case_reason(struct diagnose_case *c, const struct model_talk *talk)
{
	const struct model_step *last = model_talk_last(talk);
	const char *text = case_text(c, last && last->text.at ? last->text : talk->reason);
	const char *meaning = last ? name_major_text(last->major) : "";

	return says_nothing(text) && *meaning ? meaning : text;
}

/* "GSS_S_BAD_NAME: An invalid name was supplied"; several at once are told with all that they mean. NULL: of
 * no name. */
static const char *major_text(struct diagnose_case *c, uint32_t major)
{
	const char *names[NAMES_MAX], *all = NULL;
	const char *meanings[] = {name_major_text(major & 0xff000000), name_major_text(major & 0x00ffffff)};
	uint32_t rest;
	size_t count = names_major(major, names, &rest);

	for (size_t i = 0; i < count; i++)
		all = all ? case_format(c, "%s|%s", all, names[i]) : names[i];
	for (int i = 0, told = 0; all && i < 2; i++)
		if (*meanings[i])
			all = case_format(c, "%s%s%s", all, told++ ? "; " : ": ", meanings[i]);
	return all;
}

const char *case_said(struct diagnose_case *c, const struct model_talk *talk, const struct model_step *step)
{
	const char *name = tr_call_name(step->call), *text = case_text(c, step->text);
	const char *major = says_nothing(text) ? major_text(c, step->major) : NULL;

	if (major)
		return case_format(c, "%s in %s returned %s%s", name ? name : "a call", case_program(c, talk),
				   major, text ? case_format(c, ", and said \"%s\"", text) : "");
	return case_format(c, "%s in %s said \"%s\"", name ? name : "a call", case_program(c, talk),
			   text ? text : "nothing");
}
