/* SPDX-License-Identifier: MIT */
/*
 * See judged.h.
 */
#include "tests/unit/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/compile.h"

/* Opens the policy in text, whose first line is "version: 1". The image lives as long as the test program. */
struct pol judged_policy(const char *text)
{
	static void *images[100]; /* they stay within reach, so that a leak in the compiler shows */
	static size_t count;
	char whole[2000];
	struct pol pol;
	void *image;
	size_t len;

	snprintf(whole, sizeof(whole), "version: 1\n%s", text);
	assert_int_equal(pol_compile_text("test", whole, strlen(whole), &image, &len, NULL), 0);
	assert_int_equal(pol_open(&pol, image, len), 0);
	assert_true(count < sizeof(images) / sizeof(*images));
	images[count++] = image;
	return pol;
}

enum pol_action judged_peer(const struct pol *pol, const char *name, struct pol_verdict *verdict)
{
	struct pol_facts facts = {.moment = POL_ESTABLISHED, .role = POL_ACCEPTOR, .initiator = {name, true}};
	enum pol_action action = pol_judge(pol, &facts, POL_ABOUT_PEER, verdict);

	assert_int_equal(action, verdict->action);
	assert_non_null(memchr(verdict->reason, 0, sizeof(verdict->reason)));
	return action;
}

/* An initiator that asks to delegate, or an acceptor that was sent a credential. */
enum pol_action judged_delegation(const struct pol *pol, enum pol_role role, struct pol_verdict *verdict)
{
	struct pol_facts facts = {.moment = role == POL_INITIATOR ? POL_BEFORE_TOKEN : POL_ESTABLISHED,
				  .role = role,
				  .flags_requested = role == POL_INITIATOR,
				  .delegated = role == POL_ACCEPTOR};

	return pol_judge(pol, &facts, POL_ABOUT_DELEGATION, verdict);
}

enum pol_action judged_endpoint(const struct pol *pol, enum pol_way way, const char *endpoint, int type,
				int mechanism, struct pol_verdict *verdict)
{
	struct pol_endpoint facts = {
		.way = way, .endpoint = endpoint, .socket_type = type, .mechanism = mechanism};
	enum pol_action action = pol_judge_endpoint(pol, &facts, verdict);

	assert_int_equal(action, verdict->action);
	return action;
}
