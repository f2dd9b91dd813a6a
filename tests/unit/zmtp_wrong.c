/* SPDX-License-Identifier: MIT */
/*
 * What is no frame of a GSSAPI connection, or none of a NULL peer, is refused: whole, byte by byte, and at
 * each stage of the handshake; what a token can just hold is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shim/line/zmtp.h"
#include "tests/unit/zmtp_bytes.h"

struct wrong {
	const char *what;
	int after; /* the handshake, or the INITIATE alone, or nothing */
	const char *bytes;
	size_t length;
};
enum { AT_FIRST, INITIATED, AFTER_READY };
#define WRONG(what, after, bytes)                                                                            \
	{                                                                                                    \
		what, after, bytes, sizeof(bytes) - 1                                                        \
	}

/* Refused in one piece and byte by byte, and taken without its last frame. */
static void refused_to_null(const struct wrong *wrong)
{
	struct bytes in = {0}, made = {0};

	if (wrong->after == AFTER_READY)
		add_handshake(&in);
	else if (wrong->after == INITIATED)
		add_initiate(&in, 1);
	assert_true(all_to_null(&in, SIZE_MAX, 0, &made));
	add(&in, wrong->bytes, wrong->length);
	if (all_to_null(&in, SIZE_MAX, 0, &made) || all_to_null(&in, 1, 0, &made))
		fail_msg("taken: %s", wrong->what);
	drop(&in, &made);
}

static void what_our_end_would_not_send_is_refused(void **state)
{
	static const struct wrong cases[] = {
		WRONG("a reserved flag of an INITIATE", AT_FIRST, "\14\16\10INITIATE\0\0\0\1x"),
		WRONG("a reserved flag of a READY", INITIATED, "\204\23\7MESSAGE\0\0\0\7\0\5READY"),
		WRONG("a reserved flag of a message", AFTER_READY, "\20\16\7MESSAGE\0\0\0\2\0x"),
		WRONG("a command that is neither", AT_FIRST, "\4\16\10INITIATF\0\0\0\1x"),
		WRONG("a message that is none", AFTER_READY, "\0\16\7MESSAGF\0\0\0\2\0x"),
		WRONG("a READY that is not wrapped", INITIATED, "\4\6\5READY"),
		WRONG("an ERROR", AFTER_READY, "\4\7\5ERROR\0"),
		WRONG("an empty frame", AFTER_READY, "\0\0\0\0"),
		WRONG("a plain message", AFTER_READY, "\0\3abc"),
		WRONG("a token longer than its frame", AFTER_READY, "\0\16\7MESSAGE\0\0\0\3\0xyz"),
		WRONG("a token shorter than its frame", AFTER_READY, "\0\16\7MESSAGE\0\0\0\1\0x"),
		WRONG("a token of 4 GiB", AFTER_READY, "\0\16\7MESSAGE\377\377\377\377\0x"),
		WRONG("a message without a token", AFTER_READY, "\0\14\7MESSAGE\0\0\0\0\0"),
		WRONG("a message without a length", AFTER_READY, "\0\10\7MESSAGE\0\0\0\1\0"),
		WRONG("flags of a token that nobody knows", AFTER_READY, "\0\16\7MESSAGE\0\0\0\2\20x"),
		WRONG("an INITIATE's token longer than its frame", AT_FIRST, "\4\16\10INITIATE\0\0\0\2x"),
		WRONG("an INITIATE's token shorter than its frame", AT_FIRST, "\4\16\10INITIATE\0\0\0\0x"),
		WRONG("an INITIATE without a token", AT_FIRST, "\4\11\10INITIATE\0\0\0\0"),
		WRONG("an INITIATE that is cut off", AT_FIRST, "\4\10\10INITIATE\0\0\0\0"),
		WRONG("a second INITIATE", INITIATED, "\4\16\10INITIATE\0\0\0\1x"),
		WRONG("an INITIATE after READY", AFTER_READY, "\4\16\10INITIATE\0\0\0\1x"),
		WRONG("a MESSAGE at first", AT_FIRST, "\4\23\7MESSAGE\0\0\0\7\0\5READY"),
		WRONG("the longest length there is", AFTER_READY,
		      "\2\377\377\377\377\377\377\377\377\7MESSAGE\377\377\377\363\0"),
		WRONG("a length whose lower half alone fits", AFTER_READY,
		      "\2\0\0\0\1\0\0\0\16\7MESSAGE\0\0\0\2\0x"),
		WRONG("an INITIATE of the longest length", AT_FIRST,
		      "\6\377\377\377\377\377\377\377\377\10INITIATE\377\377\377\362"),
		WRONG("an INITIATE of 4 GiB and some", AT_FIRST, "\6\0\0\0\1\0\0\0\16\10INITIATE\0\0\0\1x"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		refused_to_null(&cases[i]);
}

static void refused_from_null(const struct wrong *wrong)
{
	struct bytes in = {0}, made = {0};

	if (wrong->after == AFTER_READY)
		add_frame(&in, COMMAND, READY, READY_LENGTH);
	assert_true(all_from_null(&in, SIZE_MAX, 1000, 0, &made));
	add(&in, wrong->bytes, wrong->length);
	if (all_from_null(&in, SIZE_MAX, 1000, 0, &made) || all_from_null(&in, 1, 1, 0, &made))
		fail_msg("taken: %s", wrong->what);
	drop(&in, &made);
}

static void what_is_no_zmtp_of_a_null_peer_is_refused(void **state)
{
	static const struct wrong cases[] = {
		WRONG("a reserved flag of READY", AT_FIRST, "\14\6\5READY"),
		WRONG("a reserved flag", AFTER_READY, "\10\1x"),
		WRONG("the highest flag", AFTER_READY, "\200\1x"),
		WRONG("an ERROR for a READY", AT_FIRST, "\4\7\5ERROR\0"),
		WRONG("a message for a READY", AT_FIRST, "\0\6\5READY"),
		WRONG("another READY", AT_FIRST, "\4\6\5READZ"),
		WRONG("a MESSAGE for a READY", AT_FIRST, "\4\16\7MESSAGE\0\0\0\1\0x"),
		WRONG("a frame too short for a READY", AT_FIRST, "\4\5\5READ"),
		WRONG("an empty command for a READY", AT_FIRST, "\4\0"),
		WRONG("an empty message for a READY", AT_FIRST, "\0\0"),
		WRONG("a long form too short for a READY", AT_FIRST, "\6\0\0\0\0\0\0\0\5"),
		WRONG("a READY of the longest length", AT_FIRST, "\6\377\377\377\377\377\377\377\377\5READY"),
		WRONG("the longest length there is", AFTER_READY, "\2\377\377\377\377\377\377\377\377"),
		WRONG("a length that is negative", AFTER_READY, "\2\200\0\0\0\0\0\0\0"),
		WRONG("more than a token can hold", AFTER_READY, "\2\0\0\0\0\377\377\377\377"),
		WRONG("4 GiB", AFTER_READY, "\2\0\0\0\1\0\0\0\0"),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		refused_from_null(&cases[i]);
}

/* What a token can just hold is taken; its body need not be there to see that. */
static void the_longest_frame_that_a_token_holds_is_taken(void **state)
{
	struct bytes in = {0}, wanted = {0};

	(void)state;
	add_frame(&in, COMMAND, READY, READY_LENGTH);
	add_head(&in, 0, UINT32_MAX - 1);
	add(&in, "x", 1);
	add_message(&wanted, 0, 0, READY, READY_LENGTH);
	add_head(&wanted, 0, 12ull + UINT32_MAX);
	add(&wanted, "\7MESSAGE\377\377\377\377\0x", 14);
	comes_as(&in, &wanted);
	drop(&in, &wanted);
	add_handshake(&in);
	add_head(&in, 0, 12ull + UINT32_MAX);
	add(&in, "\7MESSAGE\377\377\377\377\0x", 14);
	add_frame(&wanted, COMMAND, READY, READY_LENGTH);
	add_head(&wanted, 0, UINT32_MAX - 1);
	add(&wanted, "x", 1);
	becomes(&in, &wanted);
	drop(&in, &wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_our_end_would_not_send_is_refused),
		cmocka_unit_test(what_is_no_zmtp_of_a_null_peer_is_refused),
		cmocka_unit_test(the_longest_frame_that_a_token_holds_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
