/* SPDX-License-Identifier: MIT */
/* See question.h. */
#include "shim/auth/question.h"

#include "shim/core/text.h"

#include <string.h>

bool tap_auth_find_calls(const struct tap_scope *scope, struct tap_auth_calls *calls)
{
	void *beside;

	*calls = (struct tap_auth_calls){
		.socket = TAP_OTHER(scope, zmq_socket),
		.close = TAP_OTHER(scope, zmq_close),
		.bind = TAP_OTHER(scope, zmq_bind),
		.connect = TAP_OTHER(scope, zmq_connect),
		.setsockopt = TAP_OTHER(scope, zmq_setsockopt),
		.getsockopt = TAP_OTHER(scope, zmq_getsockopt),
	};
	if (!calls->socket || !calls->close || !calls->bind || !calls->connect || !calls->setsockopt ||
	    !calls->getsockopt)
		return false;
	beside = (void *)calls->socket;
#define BESIDE(name) (__typeof__(&zmq_##name))tap_beside(beside, "zmq_" #name)
	calls->send = BESIDE(send);
	calls->recv = BESIDE(recv);
	calls->msg_init = BESIDE(msg_init);
	calls->msg_recv = BESIDE(msg_recv);
	calls->msg_send = BESIDE(msg_send);
	calls->msg_close = BESIDE(msg_close);
	calls->msg_more = BESIDE(msg_more);
	calls->msg_size = BESIDE(msg_size);
	calls->msg_data = BESIDE(msg_data);
#undef BESIDE
	return calls->send && calls->recv && calls->msg_init && calls->msg_recv && calls->msg_send &&
	       calls->msg_close && calls->msg_more && calls->msg_size && calls->msg_data;
}

int tap_question_take(const struct tap_auth_calls *calls, void *socket, struct tap_question *question)
{
	size_t size = sizeof(int);
	int more = 1;

	for (question->frames = 0; more; question->frames++) {
		unsigned at = question->frames < ASKED_FRAMES ? question->frames : ASKED_FRAMES - 1;
		int n = calls->recv(socket, question->frame[at], TAP_AUTH_USER, ZMQ_DONTWAIT);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		question->length[at] = (size_t)n;
		question->frame[at][n < TAP_AUTH_USER ? n : TAP_AUTH_USER] = 0;
		if (calls->getsockopt(socket, ZMQ_RCVMORE, &more, &size))
			return -1;
	}
	return 1;
}

bool tap_question_is_one(const struct tap_question *question)
{
	return question->frames > ASKED_EMPTY && !question->length[ASKED_EMPTY];
}

bool tap_question_is_text(const struct tap_question *question, enum tap_asked at)
{
	return at < question->frames && question->length[at] < TAP_AUTH_USER &&
	       strlen(question->frame[at]) == question->length[at];
}

bool tap_question_is_good(const struct tap_question *question)
{
	return question->frames >= ASKED_FIRST && question->frames <= ASKED_FRAMES &&
	       tap_question_is_text(question, ASKED_VERSION) &&
	       !strcmp(question->frame[ASKED_VERSION], "1.0") &&
	       tap_question_is_text(question, ASKED_DOMAIN) &&
	       tap_question_is_text(question, ASKED_ADDRESS) &&
	       tap_question_is_text(question, ASKED_MECHANISM);
}

bool tap_question_is_whole(const struct tap_question *question)
{
	for (unsigned i = 0; i < question->frames; i++)
		if (i >= ASKED_FRAMES || question->length[i] > TAP_AUTH_USER)
			return false;
	return true;
}

struct tap_credentials tap_question_credentials(const struct tap_question *question)
{
	const char *mechanism = question->frame[ASKED_MECHANISM];
	struct tap_credentials said = {0};

	if (!strcmp(mechanism, "PLAIN") && question->frames == ASKED_FRAMES &&
	    tap_question_is_text(question, ASKED_FIRST) && tap_question_is_text(question, ASKED_SECOND)) {
		said.user = question->frame[ASKED_FIRST];
		said.password = question->frame[ASKED_SECOND];
	}
	if (!strcmp(mechanism, "CURVE") && question->frames == ASKED_SECOND &&
	    question->length[ASKED_FIRST] == TAP_KEY)
		said.key = (const uint8_t *)question->frame[ASKED_FIRST];
	return said;
}

bool tap_question_reply(const struct tap_auth_calls *calls, void *socket, const struct tap_question *question,
			const struct tap_auth_answer *answer)
{
	static const char *const texts[] = {"OK", "Temporary error", "Not let in", "Internal error"};
	const char *text = texts[answer->status / 100 - 2];
	const size_t *length = question->length;
	bool has_id = question->frames > ASKED_ID && length[ASKED_ID] <= TAP_AUTH_USER;
	char status[4] = "";

	tap_append_number(status, sizeof(status), (uint64_t)answer->status);
	return tap_send_frame(calls, socket, question->frame[ASKED_BY], length[ASKED_BY], true) &&
	       tap_send_frame(calls, socket, "", 0, true) && tap_send_frame(calls, socket, "1.0", 3, true) &&
	       tap_send_frame(calls, socket, question->frame[ASKED_ID], has_id ? length[ASKED_ID] : 0,
			      true) &&
	       tap_send_frame(calls, socket, status, 3, true) &&
	       tap_send_frame(calls, socket, text, strlen(text), true) &&
	       tap_send_frame(calls, socket, answer->user, strlen(answer->user), true) &&
	       tap_send_frame(calls, socket, "", 0, false);
}
