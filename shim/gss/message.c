/* SPDX-License-Identifier: MIT */
/*
 * RFC 2743 section 2.3: per-message protection, with its old names (RFC 1509: seal, unseal, sign, verify) and
 * gss_wrap_aead; those that work in place stand in iov.c. The hot path of most programs.
 *
 * libzmq aborts the process when gss_wrap fails. It waits until the handshake is over, and always asks for
 * confidentiality: refused is what comes before that, and what asks for none.
 */
#include "shim/gss/drop.h"
#include "shim/gss/gss.h"
#include "shim/gss/use.h"
#include "trace/writer.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

/*
 * A library turns some messages round in the caller's buffer, and leaves them so: MIT what is not encrypted
 * (the message first, then the head without its numbers), MIT and Heimdal what was rotated, as Heimdal and
 * Windows do with all. That is not what the peer has sent.
 */
struct given {
	bool kept;
	struct tr_token token;
	void *copy; /* NULL: only what it was is known */
};

/* What a message call tells. Plaintext and token of one call: at level payload the plaintext goes ahead. */
struct message {
	gss_ctx_id_t context;
	const gss_buffer_desc *plain;
	const gss_buffer_desc *token;
	enum tr_field_id token_field; /* TR_F_OUT_TOKEN or TR_F_IN_TOKEN */
	int conf;		      /* -1 unknown */
	int asked;		      /* the same, as the program asked for it */
	bool detached; /* a MIC: the message is not inside the token, and is not counted as carried */
	const struct given *given; /* NULL: the token is as it was */
};

/* RFC 4121, section 4.2.6.2: a Wrap token without the flag of confidentiality, or with an RRC. */
static bool is_turned_round(const gss_buffer_desc *token)
{
	const unsigned char *at = token ? token->value : NULL;

	return at && token->length > 16 && at[0] == 5 && at[1] == 4 && (!(at[2] & 2) || at[6] || at[7]);
}

static bool whole(void *walk, const void **bytes, size_t *length)
{
	const gss_buffer_desc **token = walk;

	if (!*token)
		return false;
	*bytes = (*token)->value;
	*length = (*token)->length;
	*token = NULL;
	return true;
}

static void keep(const struct tap_scope *scope, struct given *given, const gss_buffer_desc *token)
{
	const gss_buffer_desc *walk = token;
	int error = errno;

	if (scope->record != TAP_RECORD || tr_level < TR_LEVEL_TOKENS || !is_turned_round(token))
		return;
	given->kept = true;
	given->token = tr_token_of_parts(whole, &walk, false);
	if (tr_level < TR_LEVEL_MESSAGES || atomic_load(&tr_confined))
		return;
	given->copy = mmap(NULL, token->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (given->copy == MAP_FAILED)
		given->copy = NULL;
	else
		memcpy(given->copy, token->value, token->length);
	errno = error;
}

/* As long as it was then: the buffer is the host's, and is out of our hands during the call. */
static void let_go(struct given *given)
{
	if (given->copy)
		munmap(given->copy, (size_t)given->token.length);
}

static void put_given(struct tr_draft *d, const struct message *m)
{
	if (m->given->copy)
		tap_put_message(d, m->token_field, m->given->copy, (size_t)m->given->token.length);
	else
		tr_put(d, m->token_field, &m->given->token, sizeof(m->given->token));
}

static void put_message(struct tr_draft *d, const struct message *m, bool ahead)
{
	tap_put_handle(d, TR_F_CONTEXT, m->context);
	if (m->conf >= 0)
		tr_put_u32(d, TR_F_CONF, m->conf != 0);
	if (m->asked >= 0 && (m->conf < 0 || m->asked != (m->conf != 0)))
		tr_put_u32(d, TR_F_CONF_REQ, (uint32_t)m->asked);
	if (tr_level < TR_LEVEL_TOKENS)
		return;
	/* Traces are joined by tokens. A hash of the plaintext that anybody can make tells a PIN in a second.
	 */
	if (m->plain && m->plain->value && ahead)
		tr_put_token(d, TR_F_MESSAGE, m->plain->value, m->plain->length, TR_WHERE_NONE, true);
	else if (m->plain && m->plain->value)
		tr_put_secret(d, TR_F_MESSAGE, m->plain->value, m->plain->length);
	if (m->given && m->given->kept && m->token)
		put_given(d, m);
	else if (m->token && m->token->value)
		tap_put_message(d, m->token_field, m->token->value, m->token->length);
}

static void record_message(struct tap_scope *scope, OM_uint32 major, const OM_uint32 *minor,
			   const struct message *m)
{
	bool ahead =
		scope->record == TAP_RECORD && tr_level >= TR_LEVEL_PAYLOAD && m->plain && m->plain->length;
	struct tr_draft *d;

	if (ahead)
		tap_send_ahead(scope, TR_F_MESSAGE, TR_WHERE_MESSAGE, m->plain->value, m->plain->length,
			       NULL);
	d = tap_gss_event(scope, major, minor, GSS_C_NO_OID);
	if (!d)
		return;
	put_message(d, m, ahead);
	tr_commit(d);
}

static inline void tell(struct tap_scope *scope, OM_uint32 major, const OM_uint32 *minor, struct message m)
{
	if (!scope->nested && !GSS_ERROR(major) && !m.detached)
		tap_context_count(m.context, m.token_field == TR_F_OUT_TOKEN, m.plain ? m.plain->length : 0);
	if (GSS_ERROR(major)) /* what a failing call leaves in its outputs is not to be read */
		*(m.token_field == TR_F_OUT_TOKEN ? &m.token : &m.plain) = NULL;
	if (GSS_CALLING_ERROR(major)) /* nor are inputs that the library could not */
		m.plain = m.token = NULL;
	if (scope->record)
		record_message(scope, major, minor, &m);
}

static int conf_of(OM_uint32 major, const int *state)
{
	return !GSS_ERROR(major) && state ? *state : -1;
}

static struct message made(gss_ctx_id_t context, int conf, int asked, const gss_buffer_desc *plain,
			   const gss_buffer_desc *token)
{
	return (struct message){context, plain, token, TR_F_OUT_TOKEN, conf, asked, false, NULL};
}

static struct message opened(gss_ctx_id_t context, int conf, const gss_buffer_desc *token,
			     const gss_buffer_desc *plain, const struct given *given)
{
	return (struct message){context, plain, token, TR_F_IN_TOKEN, conf, -1, false, given};
}

static void tell_opened(struct tap_scope *scope, OM_uint32 major, const OM_uint32 *minor, struct message m,
			struct given *given)
{
	int error = errno;

	if (!scope->watch)
		return;
	tell(scope, major, minor, m);
	let_go(given);
	errno = error;
}

static void tell_made(struct tap_scope *scope, OM_uint32 major, const OM_uint32 *minor, struct message m)
{
	int error = errno;

	if (scope->watch)
		tell(scope, major, minor, m);
	errno = error;
}

/* As the library leaves the outputs of a call that fails. */
static void empty(gss_buffer_t output, int *conf_state)
{
	if (output)
		*output = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	if (conf_state)
		*conf_state = 0;
}

/* A MIC, made or checked. */
static struct message detached(gss_ctx_id_t context, enum tr_field_id field, const gss_buffer_desc *plain,
			       const gss_buffer_desc *token)
{
	return (struct message){context, plain, token, field, -1, -1, true, NULL};
}

/* A call whose message is told when it has returned `major`. output: what it makes, or NULL. */
#define MESSAGE(name, parameters, arguments, output, major, message)                                         \
	TAP_WRAP_JUDGED(TAP_GSS, OM_uint32, name, parameters, arguments, tap_missing(minor_status), scope,   \
			major, tap_may_not_use(&scope, context, minor_status, output, &major),               \
			tell(&scope, major, minor_status, message))

/* What leaves is as the policy wants it, or nothing. */
#define WRAPS(name, parameters, arguments)                                                                   \
	TAP_EXPORT OM_uint32 name parameters                                                                 \
	{                                                                                                    \
		TAP_REAL(real_call, name);                                                                   \
		if (__builtin_expect(!tap_on && real_call, 1))                                               \
			return real_call arguments;                                                          \
		TAP_SCOPE(scope, real_call, TAP_GSS, name);                                                  \
		struct tap_bare bare = {0};                                                                  \
		const int asked = conf_req != 0;                                                             \
		OM_uint32 major;                                                                             \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_leave(&scope), tap_missing(minor_status);                                 \
		if (tap_may_not_use(&scope, context, minor_status, output, &major) ||                        \
		    tap_bare_before(&scope, &bare, context, &conf_req, &conf_state, minor_status, &major))   \
			empty(output, conf_state);                                                           \
		else                                                                                         \
			major = real_call arguments;                                                         \
		if (tap_bare_after(&scope, &bare, context, true, conf_state, minor_status, &major))          \
			tap_drop_token(&scope, output);                                                      \
		tell_made(&scope, major, minor_status,                                                       \
			  made(context, conf_of(major, conf_state), asked, input, output));                  \
		tap_leave(&scope);                                                                           \
		return major;                                                                                \
	}

WRAPS(gss_wrap,
      (OM_uint32 * minor_status, gss_ctx_id_t context, int conf_req, gss_qop_t qop, gss_buffer_t input,
       int *conf_state, gss_buffer_t output),
      (minor_status, context, conf_req, qop, input, conf_state, output))

WRAPS(gss_seal,
      (OM_uint32 * minor_status, gss_ctx_id_t context, int conf_req, int qop, gss_buffer_t input,
       int *conf_state, gss_buffer_t output),
      (minor_status, context, conf_req, qop, input, conf_state, output))

WRAPS(gss_wrap_aead,
      (OM_uint32 * minor_status, gss_ctx_id_t context, int conf_req, gss_qop_t qop, gss_buffer_t associated,
       gss_buffer_t input, int *conf_state, gss_buffer_t output),
      (minor_status, context, conf_req, qop, associated, input, conf_state, output))

/* What a message was before it is opened is kept first: the library may turn it round. */
#define OPENS(name, type)                                                                                    \
	TAP_EXPORT OM_uint32 name(OM_uint32 *minor_status, gss_ctx_id_t context, gss_buffer_t input,         \
				  gss_buffer_t output, int *conf_state, type *qop)                           \
	{                                                                                                    \
		TAP_REAL(real_call, name);                                                                   \
		if (__builtin_expect(!tap_on && real_call, 1))                                               \
			return real_call(minor_status, context, input, output, conf_state, qop);             \
		TAP_SCOPE(scope, real_call, TAP_GSS, name);                                                  \
		struct given given = {0};                                                                    \
		struct tap_bare bare = {0};                                                                  \
		OM_uint32 major;                                                                             \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_leave(&scope), tap_missing(minor_status);                                 \
		keep(&scope, &given, input);                                                                 \
		if (!tap_may_not_use(&scope, context, minor_status, output, &major)) {                       \
			tap_bare_before(&scope, &bare, context, NULL, &conf_state, minor_status, &major);    \
			major = real_call(minor_status, context, input, output, conf_state, qop);            \
		}                                                                                            \
		if (tap_bare_after(&scope, &bare, context, false, conf_state, minor_status, &major))         \
			tap_drop_token(&scope, output);                                                      \
		tell_opened(&scope, major, minor_status,                                                     \
			    opened(context, conf_of(major, conf_state), input, output, &given), &given);     \
		tap_leave(&scope);                                                                           \
		return major;                                                                                \
	}

OPENS(gss_unwrap, gss_qop_t)
OPENS(gss_unseal, int)

MESSAGE(gss_get_mic,
	(OM_uint32 * minor_status, gss_ctx_id_t context, gss_qop_t qop, gss_buffer_t input, gss_buffer_t mic),
	(minor_status, context, qop, input, mic), mic, major, detached(context, TR_F_OUT_TOKEN, input, mic))

MESSAGE(gss_sign,
	(OM_uint32 * minor_status, gss_ctx_id_t context, int qop, gss_buffer_t input, gss_buffer_t mic),
	(minor_status, context, qop, input, mic), mic, major, detached(context, TR_F_OUT_TOKEN, input, mic))

/* Of a MIC that does not verify the message is no output, but the call has no other either. */
MESSAGE(gss_verify_mic,
	(OM_uint32 * minor_status, gss_ctx_id_t context, gss_buffer_t input, gss_buffer_t mic,
	 gss_qop_t *qop),
	(minor_status, context, input, mic, qop), NULL, major, detached(context, TR_F_IN_TOKEN, input, mic))

MESSAGE(gss_verify,
	(OM_uint32 * minor_status, gss_ctx_id_t context, gss_buffer_t input, gss_buffer_t mic, int *qop),
	(minor_status, context, input, mic, qop), NULL, major, detached(context, TR_F_IN_TOKEN, input, mic))

TAP_GSS_JUDGED(gss_wrap_size_limit,
	       (OM_uint32 * minor_status, gss_ctx_id_t context, int conf_req, gss_qop_t qop,
		OM_uint32 output_size, OM_uint32 *input_size),
	       (minor_status, context, conf_req, qop, output_size, input_size), GSS_C_NO_OID, scope, draft,
	       major, (conf_req = tap_bare_asked(&scope, context, conf_req), false),
	       tap_put_handle(draft, TR_F_CONTEXT, context))
