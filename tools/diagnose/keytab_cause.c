/* SPDX-License-Identifier: MIT */
/* See keytab_cause.h. */
#include "tools/diagnose/keytab_cause.h"

#include "tools/diagnose/ask.h"
#include "tools/diagnose/init_cause.h"
#include "tools/doctor/words.h"
#include "tools/names/names.h"
#include "tools/token/open.h"

#include <stdlib.h>

#define NO_CRED 7 /* GSS_S_NO_CRED, without its shift */

/* Without any key no ticket was tried: what the keytab lacks is told by other causes. */
static bool had_no_keys(const struct model_talk *talk)
{
	const struct model_step *last = model_talk_last(talk);

	return last && (last->major >> 16 & 0xff) == NO_CRED;
}

const struct probe_keytab *failed_keytab(struct diagnose_case *c)
{
	const struct probe_keytab *keytab;

	if (!c->acc || case_failed(c) != c->acc || !c->ap_req || !case_service(c) || had_no_keys(c->acc))
		return NULL;
	keytab = case_keytab(c);
	return keytab && keytab->state == PROBE_OK ? keytab : NULL;
}

void keytab_gone(struct diagnose_case *c, struct finding *finding)
{
	if (c->keytab_seen && c->keytab.state != PROBE_OK)
		list_take(&finding->unseen, must_format("what was in %s then: now it is %s", c->keytab.name,
							probe_state_name(c->keytab.state)));
}

bool told_by_acceptor(struct diagnose_case *c, struct finding *finding, int64_t code)
{
	const char *name;

	if (case_error_code(c) != code || !c->ap_req || !case_service(c))
		return false;
	if (c->acc && (case_failed(c) != c->acc || failed_keytab(c)))
		return false;
	name = name_krb_error((int32_t)code);
	ticket_evidence(c, finding);
	finding_evidence(finding, "the acceptor answered KRB-ERROR %s", name ? name : "");
	if (!c->acc)
		list_add(&finding->unseen, "the acceptor's keytab: no trace that was given has its side");
	keytab_gone(c, finding);
	return true;
}

/* gssproxy may give it a credential that has a name. */
bool accepts_any(struct diagnose_case *c)
{
	return c->acc && c->acc->accepts_any && !talk_setting(c, c->acc, TR_F_GSS_USE_PROXY);
}

bool ticket_tried(struct diagnose_case *c, const struct probe_keytab *keytab, bool *opens)
{
	char *error;
	struct token_keys *keys = keys_new(keytab->name, &error);
	uint32_t at = (uint32_t)(c->ap_req - c->request.nodes);
	bool tried = keys && token_try_ticket(&c->request, at, keys, opens);

	keys_free(keys);
	free(error);
	return tried;
}

static void open_ticket(struct diagnose_case *c, uint32_t at)
{
	const struct probe_keytab *keytab = failed_keytab(c);
	char *error = NULL;
	struct token_keys *keys = keytab ? keys_new(keytab->name, &error) : NULL;

	free(error);
	if (!keys)
		return;
	token_open(&c->request, keys, NULL, NULL);
	c->ap_req = &c->request.nodes[at]; /* what was opened was added behind */
	keys_free(keys);
}

int64_t ticket_opened_end(struct diagnose_case *c)
{
	uint32_t at = c->ap_req ? (uint32_t)(c->ap_req - c->request.nodes) : 0;
	const struct token_node *end;

	if (!c->ap_req)
		return 0;
	if (!token_find(&c->request, at, "ticket_opened"))
		open_ticket(c, at);
	end = token_find(&c->request, at, "ticket_opened.endtime");
	return end && end->type == TOKEN_TIME ? (int64_t)end->number : 0;
}

void ticket_evidence(struct diagnose_case *c, struct finding *finding)
{
	uint32_t kvno;
	int32_t enctype;

	if (case_kvno(c, &kvno) && case_enctype(c, &enctype))
		finding_evidence(finding, "the ticket in the AP-REQ is for %s, kvno %u, %s", case_service(c),
				 kvno, enctype_text(c, enctype));
	else
		finding_evidence(finding, "the ticket in the AP-REQ is for %s", case_service(c));
}

void acceptor_evidence(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = c->acc->steps.first;

	for (; step; step = step->next)
		if (step->call == TR_gss_accept_sec_context && step->failed) {
			finding_evidence(finding, "%s", case_said(c, c->acc, step));
			return;
		}
}

const char *keytab_path(const struct probe_keytab *keytab)
{
	return keytab->file.path ? keytab->file.path : keytab->name;
}

/* -norandkey: another key would be of no use to whoever has a copy of the keytab. */
static void norandkey(struct diagnose_case *c, struct finding *finding, const char *command, const char *into,
		      const char *principal)
{
	const char *network = words_extract_keys(command);

	finding_command(
		finding, "%s -q %s", command,
		case_word(c, case_format(c, "ktadd -norandkey %s%s", into, case_kadmin_word(c, principal))));
	if (network)
		finding_remedy(finding, "%s", network);
}

void ktadd_command(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab,
		   const char *principal)
{
	norandkey(c, finding, case_kadmin(c, principal),
		  case_format(c, "-k %s ", case_kadmin_word(c, keytab_path(keytab))), principal);
}

/* As kadmin completes it. */
static const char *in_full(struct diagnose_case *c, const struct model_talk *talk, const char *principal)
{
	const struct probe_config *config = realm_of(principal) ? NULL : case_config(c, talk);

	return config && config->default_realm ? case_format(c, "%s@%s", principal, config->default_realm)
					       : principal;
}

void ktadd_maybe_new(struct diagnose_case *c, struct finding *finding, const struct model_talk *talk,
		     const struct probe_keytab *keytab, const char *principal)
{
	const char *name = in_full(c, talk, principal);
	enum ask_client known = ask_client(c, talk, name);

	if (known != ASK_KNOWN) {
		finding_remedy(finding,
			       known == ASK_UNKNOWN ? "the KDC does not know %s: make it"
						    : "if the KDC does not know %s yet, make it",
			       name);
		kadmin_remedy(c, finding, "addprinc -randkey", name);
	}
	ktadd_command(c, finding, keytab, name);
}

void ktadd_default(struct diagnose_case *c, struct finding *finding, const char *principal)
{
	norandkey(c, finding, case_kadmin(c, principal), "", principal);
}

void set_aside(struct finding *finding, const char *command, const char *path)
{
	char *aside = words_set_aside(command, path);

	finding_command(finding, "%s", aside);
	free(aside);
}

/* The key goes from the keytab, of which a copy stays. */
static void take_out(struct finding *finding, const char *kadmin, const char *path, const char *principal,
		     const char *kvno)
{
	char *request = words_ktremove_command(kadmin, path, principal, kvno);

	set_aside(finding, "cp -p", path);
	finding_command(finding, "%s", request);
	free(request);
}

void ktadd_instead(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab,
		   const char *principal, const char *kvno)
{
	take_out(finding, case_kadmin(c, principal), keytab_path(keytab), principal, kvno);
	ktadd_command(c, finding, keytab, principal);
}

void ktadd_remedy(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab)
{
	ktadd_command(c, finding, keytab, case_service(c));
}

void ktadd_there(struct diagnose_case *c, struct finding *finding)
{
	char *command = words_kadmin_there(case_service(c));

	norandkey(c, finding, command, "-k KEYTAB ", case_service(c));
	free(command);
}

void ktadd_there_instead(struct diagnose_case *c, struct finding *finding)
{
	char *command = words_kadmin_there(case_service(c));
	uint32_t kvno;

	take_out(finding, command, "KEYTAB", case_service(c),
		 case_kvno(c, &kvno) ? case_format(c, "%u", kvno) : "all");
	free(command);
	ktadd_there(c, finding);
}
