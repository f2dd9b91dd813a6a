/* SPDX-License-Identifier: MIT */
/* Walks a token that was decoded, and opens what it comes upon; see open.h. */
#include "tools/token/open.h"

#include "tools/token/open_1964.h"
#include "tools/token/open_message.h"
#include "tools/token/opened.h"

#include <string.h>

struct walk {
	struct token *token;
	struct token_keys *keys;
	struct keys_session *session;
	const struct tr_bytes *message;
};

static struct tr_bytes text_at(const struct token *token, uint32_t from, const char *path)
{
	const struct token_node *node = token_find(token, from, path);

	return node ? node->text : (struct tr_bytes){0};
}

static int64_t number_at(const struct token *token, uint32_t from, const char *path)
{
	const struct token_node *node = token_find(token, from, path);

	return node ? (int64_t)node->number : 0;
}

/* All of a part's cipher, or nothing. */
static struct tr_bytes cipher_at(struct token *token, uint32_t from, const char *path)
{
	const struct token_node *node = token_find(token, from, path);

	if (!node || node->type != TOKEN_SEALED)
		return (struct tr_bytes){0};
	if (node->number <= node->text.length)
		return node->text;
	token_note(token, "not opened: %zu of %ju encrypted bytes are there", node->text.length,
		   (uintmax_t)node->number);
	return (struct tr_bytes){0};
}

/* "NAME@REALM" of two values. */
static const char *principal_at(struct token *token, uint32_t from, const char *name, const char *realm)
{
	struct tr_bytes one = text_at(token, from, name), other = text_at(token, from, realm);

	return token_print(token, "%.*s@%.*s", (int)one.length, (const char *)one.at, (int)other.length,
			   (const char *)other.at);
}

static void learn(struct walk *w, struct tr_bytes plain, enum opened_part part, enum keys_which which)
{
	struct tr_bytes value;
	int64_t enctype;

	if (!opened_key(plain, part, &enctype, &value))
		keys_forget(w->keys, w->session, which);
	else if (keys_learn(w->keys, w->session, which, enctype, value) && which == KEYS_SESSION)
		keys_forget(w->keys, w->session, KEYS_ACCEPTOR); /* of the handshake before */
}

/* The PAC that was recognised below this value, if any; whether its server's signature is right. */
static void check_pac(struct walk *w, uint32_t ticket, size_t entry)
{
	struct token *token = w->token;
	const char *client = principal_at(token, ticket, "cname", "crealm"), *why;
	int64_t authtime = number_at(token, ticket, "authtime");

	for (uint32_t i = ticket; i < token->count; i++) {
		if (!token->nodes[i].name || strcmp(token->nodes[i].name, "pac"))
			continue;
		why = keys_check_pac(w->keys, token, entry, token->nodes[i].raw, client, authtime);
		token_bool(token, "pac_verified", (struct tr_bytes){0}, !*why);
		if (*why)
			token_note(token, "the PAC is not what the key's owner can trust: %s", why);
		return;
	}
}

/* What is asked of the keys about the ticket of a group; false: not all of it is there. */
static bool ticket_at(struct token *token, uint32_t at, struct keys_ticket *asked)
{
	uint32_t ticket = (uint32_t)(token_find(token, at, "ticket") - token->nodes);

	*asked = (struct keys_ticket){.server = principal_at(token, ticket, "sname", "realm"),
				      .kvno = number_at(token, ticket, "enc_part.kvno"),
				      .enctype = number_at(token, ticket, "enc_part.etype"),
				      .cipher = cipher_at(token, ticket, "enc_part.cipher")};
	return asked->cipher.length;
}

/* The ticket of the current group: its plaintext, or nothing when it stays closed. */
static struct tr_bytes open_ticket(struct walk *w, uint32_t at)
{
	struct token *token = w->token;
	struct keys_ticket asked;
	struct tr_bytes plain;
	const char *why;
	uint32_t opened;
	size_t entry;

	if (!ticket_at(token, at, &asked))
		return (struct tr_bytes){0};
	plain = keys_open_ticket(w->keys, token, &asked, &entry, &why);
	if (!plain.at) {
		token_note(token, "the ticket is not opened: %s", why);
		return plain;
	}
	opened = token->count;
	opened_part(token, "ticket_opened", plain, OPENED_TICKET);
	if (token->failed || token_find(token, at, "ticket_opened") != &token->nodes[opened])
		return plain; /* deeper than what is shown */
	token_enter(token, opened);
	token_made_text(token, "opened_with", (struct tr_bytes){0}, keys_entry(w->keys, token, entry));
	token_mark(token, TOKEN_IDENTITY);
	check_pac(w, opened, entry);
	token_enter(token, at);
	return plain;
}

static bool same_text(const struct token *token, uint32_t at, const char *one, const char *other)
{
	struct tr_bytes a = text_at(token, at, one), b = text_at(token, at, other);

	return a.length == b.length && (!a.length || !memcmp(a.at, b.at, a.length));
}

static void ap_req(struct walk *w, uint32_t at)
{
	struct token *token = w->token;
	struct tr_bytes cipher, plain;
	const char *why;

	if (!token_find(token, at, "ticket"))
		return;
	if (number_at(token, at, "ap_options") & 0x40000000) {
		token_note(token,
			   "not opened: the ticket is encrypted in a session key (user to user), which no "
			   "keytab holds");
		return;
	}
	plain = open_ticket(w, at);
	if (!plain.at)
		return;
	learn(w, plain, OPENED_TICKET, KEYS_SESSION);
	cipher = cipher_at(token, at, "authenticator.cipher");
	if (!cipher.length)
		return;
	plain = keys_decrypt(w->keys, token, w->session, KEYS_SESSION, KEYS_AP_REQ, cipher, &why);
	if (!plain.at) {
		token_note(token, "the authenticator is not opened: %s", why);
		return;
	}
	opened_part(token, "authenticator_opened", plain, OPENED_AUTHENTICATOR);
	learn(w, plain, OPENED_AUTHENTICATOR, KEYS_INITIATOR);
	if (!same_text(token, at, "ticket_opened.cname", "authenticator_opened.cname") ||
	    !same_text(token, at, "ticket_opened.crealm", "authenticator_opened.crealm"))
		token_note(token, "the authenticator names another client than the ticket");
}

static void ap_rep(struct walk *w, uint32_t at)
{
	struct token *token = w->token;
	struct tr_bytes cipher = cipher_at(token, at, "enc_part.cipher"), plain = {0};
	struct keys_session *tried = NULL;
	const char *why = NULL;

	if (!cipher.length)
		return;
	while (!plain.at && (tried = keys_session_next(w->keys, w->session, tried)))
		plain = keys_decrypt(w->keys, token, tried, KEYS_SESSION, KEYS_AP_REP, cipher, &why);
	if (!plain.at) {
		token_note(token, "not opened: %s", why ? why : "its AP-REQ was not, or is not here");
		return;
	}
	keys_session_join(w->keys, w->session, tried);
	opened_part(token, "opened", plain, OPENED_AP_REP);
	learn(w, plain, OPENED_AP_REP, KEYS_ACCEPTOR);
}

/* A delegated credential, in an authenticator that was opened. RFC 4121 says the session key; sub-keys have
 * been seen. */
static void krb_cred(struct walk *w, uint32_t at)
{
	struct token *token = w->token;
	struct tr_bytes cipher = cipher_at(token, at, "enc_part.cipher"), plain = {0};
	const char *why = NULL, *ignored;

	if (!cipher.length)
		return;
	if (!number_at(token, at, "enc_part.etype")) /* not encrypted at all */
		plain = cipher;
	for (int which = KEYS_SESSION; which <= KEYS_INITIATOR && !plain.at; which++)
		plain = keys_decrypt(w->keys, token, w->session, (enum keys_which)which, KEYS_CRED, cipher,
				     why ? &ignored : &why);
	if (plain.at)
		opened_part(token, "opened", plain, OPENED_CRED);
	else
		token_note(token, "the delegated credential is not opened: %s", why);
}

/* RFC 1964's have an algorithm in front, RFC 4121's go by that of the key. */
static bool is_old(const struct walk *w, uint32_t at)
{
	return token_find(w->token, at, "sgn_alg");
}

static void wrap(struct walk *w, uint32_t at)
{
	if (is_old(w, at))
		open_1964(w->token, w->keys, w->session, at, NULL);
	else
		open_wrap(w->token, w->keys, w->session, at);
}

/* A MIC of SPNEGO is about what was offered, another one about the call's message. */
static void mic(struct walk *w, uint32_t at)
{
	const struct token_node *nodes = w->token->nodes;
	struct tr_bytes offered = keys_session_offered(w->session);
	const struct tr_bytes *message = w->message;

	/* RFC 1964's is in a frame of its own. */
	for (uint32_t around = nodes[at].parent; around; around = nodes[around].parent)
		if (nodes[around].name && !strncmp(nodes[around].name, "mech_list_mic", 13))
			message = offered.length ? &offered : NULL;
	if (is_old(w, at))
		open_1964(w->token, w->keys, w->session, at, message);
	else
		open_mic(w->token, w->keys, w->session, at, message);
}

static void offer(struct walk *w, uint32_t at)
{
	const struct token_node *types = token_find(w->token, at, "mech_types");

	if (types)
		keys_session_offers(w->session, types->raw);
}

static void at_node(struct walk *w, uint32_t at)
{
	const char *name = w->token->nodes[at].name;

	if (!name || w->token->nodes[at].type > TOKEN_GROUP)
		return;
	token_enter(w->token, at);
	if (!strcmp(name, "ap_req"))
		ap_req(w, at);
	else if (!strcmp(name, "ap_rep"))
		ap_rep(w, at);
	else if (!strcmp(name, "krb_cred"))
		krb_cred(w, at);
	else if (!strcmp(name, "wrap"))
		wrap(w, at);
	else if (!strcmp(name, "mic"))
		mic(w, at);
	else if (!strcmp(name, "delete") && is_old(w, at))
		open_1964(w->token, w->keys, w->session, at, &(const struct tr_bytes){0}); /* of nothing */
	else if (!strcmp(name, "neg_token_init"))
		offer(w, at);
	else if (!strcmp(name, "tgt_rep") && token_find(w->token, at, "ticket"))
		open_ticket(w, at);
	token_leave(w->token);
}

void token_open(struct token *token, struct token_keys *keys, struct keys_session *session,
		const struct tr_bytes *message)
{
	struct walk w = {token, keys, session ? session : keys_session_new(keys), message};

	if (!w.session)
		token->failed = true;
	/* What is opened is walked as well: it may hold something to be opened. */
	for (uint32_t i = 1; i < token->count && !token->failed; i++)
		at_node(&w, i);
	if (!session)
		keys_session_free(keys, w.session);
}

bool token_try_ticket(struct token *token, uint32_t ap_req, struct token_keys *keys, bool *opens)
{
	struct keys_ticket asked;
	const char *why;
	size_t entry;

	if (!token_find(token, ap_req, "ticket") || !ticket_at(token, ap_req, &asked))
		return false;
	*opens = keys_open_ticket(keys, token, &asked, &entry, &why).at;
	return !token->failed;
}
