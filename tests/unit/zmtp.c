/* SPDX-License-Identifier: MIT */
/*
 * Frames of a GSSAPI connection as a NULL peer takes them, and back: every form, every split, little room,
 * and what is none. Buffers are as small as zmtp.h allows, so that a sanitizer sees one byte too many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shim/line/zmtp.h"

enum { MORE = 1, LARGE = 2, COMMAND = 4 };					   /* ZMTP */
enum { TOKEN_MORE = 1, TOKEN_COMMAND = 2, TOKEN_SUBSCRIBE = 4, TOKEN_CANCEL = 8 }; /* libzmq's GSSAPI */

static const char READY[] = "\5READY\13Socket-Type\0\0\0\3REQ";
#define READY_LENGTH (sizeof(READY) - 1)

/* Where one form of a frame's length gives way to the other, inside and outside. */
static const size_t lengths[] = {0,   1,   2,	5,   6,	  241, 242,   243,   244,  245, 246,
				 247, 248, 249, 250, 251, 252, 253,   254,   255,  256, 257,
				 258, 259, 260, 268, 269, 270, 65535, 65536, 70000};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct bytes {
	uint8_t *at;
	size_t length, room;
};

static void add(struct bytes *to, const void *bytes, size_t length)
{
	if (!to->at || to->length + length > to->room) {
		to->room = 2 * (to->length + length) + 1;
		to->at = realloc(to->at, to->room);
		assert_non_null(to->at);
	}
	if (length)
		memcpy(to->at + to->length, bytes, length);
	to->length += length;
}

static void add_number(struct bytes *to, uint64_t n, int count)
{
	while (count--) {
		uint8_t byte = (uint8_t)(n >> 8 * count);

		add(to, &byte, 1);
	}
}

static void add_head(struct bytes *to, int flags, uint64_t length)
{
	add_number(to, (unsigned)flags | (length > 255 ? LARGE : 0), 1);
	add_number(to, length, length > 255 ? 8 : 1);
}

static void add_frame(struct bytes *to, int flags, const void *body, size_t length)
{
	add_head(to, flags, length);
	add(to, body, length);
}

static void add_initiate(struct bytes *to, size_t token)
{
	static const uint8_t zero[70000];

	add_head(to, COMMAND, 9 + 4 + token);
	add(to, "\10INITIATE", 9);
	add_number(to, token, 4);
	add(to, zero, token);
}

static void add_message(struct bytes *to, int flags, int token, const void *body, size_t length)
{
	add_head(to, flags, 8 + 4 + 1 + length);
	add(to, "\7MESSAGE", 8);
	add_number(to, 1 + length, 4);
	add_number(to, (unsigned)token, 1);
	add(to, body, length);
}

static void add_handshake(struct bytes *to)
{
	add_initiate(to, 1);
	add_message(to, COMMAND, 0, READY, READY_LENGTH);
}

static void same(const struct bytes *made, const struct bytes *wanted)
{
	assert_int_equal(made->length, wanted->length);
	assert_memory_equal(made->at, wanted->at, wanted->length);
}

static const uint8_t *pattern(void)
{
	static uint8_t bytes[70000];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	return bytes;
}

/* 1 to most, the same ones in each run. */
static size_t some(unsigned *seed, size_t most)
{
	*seed = *seed * 1103515245 + 12345;
	return 1 + (*seed >> 16) % most;
}

/* One piece through our direction. */
static long to_null(struct zmtp_out *z, const uint8_t *in, size_t length, struct bytes *out)
{
	uint8_t *copy = malloc(length + !length), *made = malloc(length + ZMTP_HEAD);
	long n;

	memcpy(copy, in, length);
	n = zmtp_to_null(z, copy, length, made);
	assert_in_range(n + 1, 0, length + ZMTP_HEAD + 1);
	if (n > 0)
		add(out, made, (size_t)n);
	free(copy);
	free(made);
	return n;
}

/* All of it, in pieces of 1 to most bytes. False: it was refused. */
static bool all_to_null(const struct bytes *in, size_t most, unsigned seed, struct bytes *out)
{
	struct zmtp_out z = {0};
	size_t n;

	for (size_t done = 0; done < in->length; done += n) {
		n = most < in->length ? some(&seed, most) : in->length;
		if (n > in->length - done)
			n = in->length - done;
		if (to_null(&z, in->at + done, n, out) < 0)
			return false;
	}
	return true;
}

/* One piece of the peer's; checks what zmtp.h says of used and room. */
static long from_null(struct zmtp_in *z, const uint8_t *in, size_t length, size_t *used, size_t room,
		      struct bytes *out)
{
	uint8_t *copy = malloc(length + !length), *made = malloc(room + !room);
	long n;

	memcpy(copy, in, length);
	n = zmtp_from_null(z, copy, length, used, made, room);
	if (n >= 0) {
		assert_in_range(n, 0, room);
		assert_in_range(*used, 0, length);
		if (*used < length && room - (size_t)n >= ZMTP_HEAD)
			fail_msg("%zu of %zu bytes taken, %zu of room left", *used, length, room - (size_t)n);
		add(out, made, (size_t)n);
	}
	free(copy);
	free(made);
	return n;
}

static bool all_from_null(const struct bytes *in, size_t most, size_t most_room, unsigned seed,
			  struct bytes *out)
{
	struct zmtp_in z = {0};
	size_t used;

	for (size_t done = 0; done < in->length; done += used) {
		size_t n = most < in->length ? some(&seed, most) : in->length;
		size_t room = ZMTP_HEAD - 1 + some(&seed, most_room);

		if (n > in->length - done)
			n = in->length - done;
		if (from_null(&z, in->at + done, n, &used, room, out) < 0)
			return false;
		assert_true(used > 0);
	}
	return true;
}

/* What our end sends becomes that, and is all of it. */
static void becomes(const struct bytes *ours, const struct bytes *null)
{
	struct bytes made = {0};

	assert_true(all_to_null(ours, SIZE_MAX, 0, &made));
	same(&made, null);
	free(made.at);
}

static void comes_as(const struct bytes *null, const struct bytes *ours)
{
	struct bytes made = {0};

	assert_true(all_from_null(null, SIZE_MAX, 1000000, 0, &made));
	same(&made, ours);
	free(made.at);
}

static void drop(struct bytes *a, struct bytes *b)
{
	free(a->at);
	free(b->at);
	memset(a, 0, sizeof(*a));
	memset(b, 0, sizeof(*b));
}

/* Written out, so that the helpers above are not alone in saying what a frame is. */
static void the_bytes_are_those_of_zmtp(void **state)
{
	static const uint8_t ours[] = "\4\20\10INITIATE\0\0\0\3abc"
				      "\4\25\7MESSAGE\0\0\0\11\0\5READY\1\2"
				      "\0\20\7MESSAGE\0\0\0\4\1abc"
				      "\0\15\7MESSAGE\0\0\0\1\0";
	static const uint8_t sent[] = "\4\10\5READY\1\2\1\3abc\0\0";
	static const uint8_t got[] = "\0\25\7MESSAGE\0\0\0\11\0\5READY\1\2"
				     "\0\20\7MESSAGE\0\0\0\4\1abc"
				     "\0\15\7MESSAGE\0\0\0\1\0";
	struct bytes in = {.at = (uint8_t *)(uintptr_t)ours, .length = sizeof(ours) - 1};
	struct bytes null = {.at = (uint8_t *)(uintptr_t)sent, .length = sizeof(sent) - 1};
	struct bytes back = {.at = (uint8_t *)(uintptr_t)got, .length = sizeof(got) - 1};

	(void)state;
	becomes(&in, &null);
	comes_as(&null, &back);
}

static void an_INITIATE_of_any_length_vanishes(void **state)
{
	struct bytes ours = {0}, null = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		add_initiate(&ours, lengths[i]);
		becomes(&ours, &null);
		add_message(&ours, COMMAND, 0, READY, READY_LENGTH);
		add_frame(&null, COMMAND, READY, READY_LENGTH);
		becomes(&ours, &null);
		drop(&ours, &null);
	}
}

static void a_READY_of_any_length_is_a_command_without_a_token_that_says_so(void **state)
{
	struct bytes ours = {0}, null = {0};
	static uint8_t ready[70000];

	(void)state;
	memcpy(ready, pattern(), sizeof(ready));
	memcpy(ready, READY, READY_LENGTH);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		if (lengths[i] < 6)
			continue;
		add_frame(&null, COMMAND, ready, lengths[i]);
		add_message(&ours, 0, 0, ready, lengths[i]);
		comes_as(&null, &ours);
		drop(&ours, &null);
		add_frame(&null, COMMAND, ready, lengths[i]);
		add_initiate(&ours, 1);
		add_message(&ours, COMMAND, 0, ready, lengths[i]);
		becomes(&ours, &null);
		drop(&ours, &null);
	}
}

static void flags_and_lengths_survive_in_both_directions(void **state)
{
	static const struct {
		int token, flags;
	} cases[] = {{0, 0},
		     {TOKEN_MORE, MORE},
		     {TOKEN_COMMAND, COMMAND},
		     {TOKEN_MORE | TOKEN_COMMAND, MORE | COMMAND}};
	struct bytes ours = {0}, null = {0};

	(void)state;
	for (size_t c = 0; c < COUNT(cases); c++) {
		for (size_t i = 0; i < COUNT(lengths); i++) {
			add_handshake(&ours);
			add_message(&ours, 0, cases[c].token, pattern(), lengths[i]);
			add_frame(&null, COMMAND, READY, READY_LENGTH);
			add_frame(&null, cases[c].flags, pattern(), lengths[i]);
			becomes(&ours, &null);
			drop(&ours, &null);
			add_frame(&null, COMMAND, READY, READY_LENGTH);
			add_frame(&null, cases[c].flags, pattern(), lengths[i]);
			add_message(&ours, 0, 0, READY, READY_LENGTH);
			add_message(&ours, 0, cases[c].token, pattern(), lengths[i]);
			comes_as(&null, &ours);
			drop(&ours, &null);
		}
	}
}

/* RFC 23 lets a peer use the long form for any length; what we make of it is the short one where that does.
 */
static void a_long_form_where_the_short_one_would_do_is_understood(void **state)
{
	struct bytes ours = {0}, null = {0};

	(void)state;
	add_number(&null, COMMAND | LARGE, 1);
	add_number(&null, READY_LENGTH, 8);
	add(&null, READY, READY_LENGTH);
	add_number(&null, MORE | LARGE, 1);
	add_number(&null, 3, 8);
	add(&null, "abc", 3);
	add_message(&ours, 0, 0, READY, READY_LENGTH);
	add_message(&ours, 0, TOKEN_MORE, "abc", 3);
	comes_as(&null, &ours);
	drop(&ours, &null);
	add_handshake(&ours);
	add_number(&ours, LARGE, 1);
	add_number(&ours, 16, 8);
	add(&ours, "\7MESSAGE\0\0\0\4\1abc", 16);
	add_frame(&null, COMMAND, READY, READY_LENGTH);
	add_frame(&null, MORE, "abc", 3);
	becomes(&ours, &null);
	drop(&ours, &null);
}

static void subscriptions_of_a_later_libzmq_are_messages_as_before(void **state)
{
	struct bytes ours = {0}, null = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		for (int subscribe = 0; subscribe < 2; subscribe++) {
			uint8_t *topic = malloc(1 + lengths[i]);

			topic[0] = (uint8_t)subscribe;
			memcpy(topic + 1, pattern(), lengths[i]);
			add_handshake(&ours);
			add_message(&ours, 0, subscribe ? TOKEN_SUBSCRIBE : TOKEN_CANCEL, pattern(),
				    lengths[i]);
			add_frame(&null, COMMAND, READY, READY_LENGTH);
			add_frame(&null, 0, topic, 1 + lengths[i]);
			becomes(&ours, &null);
			drop(&ours, &null);
			free(topic);
		}
	}
}

/* A stream with a frame of each sort, as our end sends it, and as a NULL peer does. */
static void streams(struct bytes *ours, struct bytes *null)
{
	add_initiate(ours, 300);
	add_message(ours, COMMAND, 0, READY, READY_LENGTH);
	add_frame(null, COMMAND, READY, READY_LENGTH);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		add_message(ours, 0, i % 4, pattern(), lengths[i]);
		add_frame(null, (i & TOKEN_MORE ? MORE : 0) | (i & TOKEN_COMMAND ? COMMAND : 0), pattern(),
			  lengths[i]);
	}
	add_message(ours, 0, 0, "", 0);
	add_frame(null, 0, "", 0);
}

static void every_split_of_what_we_send_gives_the_same(void **state)
{
	struct bytes ours = {0}, null = {0}, made = {0};

	(void)state;
	streams(&ours, &null);
	becomes(&ours, &null);
	for (unsigned seed = 0; seed < 60; seed++) {
		size_t most = seed ? seed < 30 ? seed : seed * seed * 8 : 1;

		assert_true(all_to_null(&ours, most, seed, &made));
		same(&made, &null);
		free(made.at);
		memset(&made, 0, sizeof(made));
	}
	drop(&ours, &null);
}

static void every_split_of_what_comes_gives_the_same_in_any_room(void **state)
{
	static const size_t rooms[] = {1, 2, 10, 33, 100, 8192 - ZMTP_HEAD, 100000};
	struct bytes ours = {0}, null = {0}, whole = {0}, made = {0};

	(void)state;
	streams(&ours, &null);
	assert_true(all_from_null(&null, SIZE_MAX, 1000000, 0, &whole));
	for (size_t room = 0; room < COUNT(rooms); room++) {
		for (unsigned seed = 0; seed < 20; seed++) {
			size_t most = seed ? seed < 10 ? seed : seed * seed * 20 : 1;

			assert_true(all_from_null(&null, most, rooms[room], seed, &made));
			same(&made, &whole);
			free(made.at);
			memset(&made, 0, sizeof(made));
		}
	}
	drop(&ours, &null);
	free(whole.at);
}

/* One split at each place of the handshake and the first frames, where the state is. */
static void two_pieces_are_as_good_as_one(void **state)
{
	struct bytes ours = {0}, null = {0}, back = {0}, made = {0};

	(void)state;
	add_handshake(&ours);
	add_message(&ours, 0, TOKEN_MORE, pattern(), 243);
	add_message(&ours, 0, TOKEN_SUBSCRIBE, "t", 1);
	add_frame(&null, COMMAND, READY, READY_LENGTH);
	add_frame(&null, MORE, pattern(), 243);
	add_frame(&null, 0, "\1t", 2);
	assert_true(all_from_null(&null, SIZE_MAX, 1000000, 0, &back));
	for (size_t at = 0; at <= ours.length; at++) {
		struct zmtp_out z = {0};

		assert_true(to_null(&z, ours.at, at, &made) >= 0);
		assert_true(to_null(&z, ours.at + at, ours.length - at, &made) >= 0);
		same(&made, &null);
		free(made.at);
		memset(&made, 0, sizeof(made));
	}
	for (size_t at = 0; at <= null.length; at++) {
		struct zmtp_in z = {0};
		size_t used;

		assert_true(from_null(&z, null.at, at, &used, 100000, &made) >= 0 && used == at);
		assert_true(from_null(&z, null.at + at, null.length - at, &used, 100000, &made) >= 0);
		assert_int_equal(used, null.length - at);
		same(&made, &back);
		free(made.at);
		memset(&made, 0, sizeof(made));
	}
	drop(&ours, &null);
	free(back.at);
}

static void what_came_from_the_peer_would_go_back_as_it_was(void **state)
{
	struct bytes ours = {0}, null = {0}, round = {0};

	(void)state;
	streams(&ours, &null);
	add_initiate(&round, 5);
	assert_true(all_from_null(&null, SIZE_MAX, 1000000, 0, &round));
	becomes(&round, &null);
	drop(&ours, &null);
	free(round.at);
}

static void a_frame_waits_for_room_and_is_not_lost(void **state)
{
	struct bytes null = {0}, ours = {0}, made = {0};
	struct zmtp_in z = {0};
	size_t used = 99;

	(void)state;
	add_frame(&null, COMMAND, READY, READY_LENGTH);
	add_message(&ours, 0, 0, READY, READY_LENGTH);
	for (size_t room = 0; room < ZMTP_HEAD; room++) {
		assert_int_equal(from_null(&z, null.at, null.length, &used, room, &made), 0);
		assert_int_equal(used, 0);
	}
	/* Begun with room, and the room is gone when the rest comes: its last byte stays. */
	assert_int_equal(from_null(&z, null.at, 4, &used, ZMTP_HEAD, &made), 0);
	assert_int_equal(used, 4);
	assert_int_equal(from_null(&z, null.at + 4, null.length - 4, &used, ZMTP_HEAD - 1, &made), 0);
	assert_int_equal(used, 3);
	assert_int_equal(from_null(&z, null.at + 7, null.length - 7, &used, 0, &made), 0);
	assert_int_equal(used, 0);
	assert_true(from_null(&z, null.at + 7, null.length - 7, &used, 1000, &made) > 0);
	assert_int_equal(used, null.length - 7);
	same(&made, &ours);
	drop(&null, &ours);
	free(made.at);
}

static void a_body_goes_on_in_any_room(void **state)
{
	struct bytes null = {0}, ours = {0}, made = {0};
	struct zmtp_in z = {0};
	size_t used, done;

	(void)state;
	add_frame(&null, COMMAND, READY, READY_LENGTH);
	add_message(&ours, 0, 0, READY, READY_LENGTH);
	assert_true(from_null(&z, null.at, null.length, &used, 8, &made) == 0 && !used);
	assert_true(from_null(&z, null.at, null.length, &done, ZMTP_HEAD, &made) > 0);
	for (; done < null.length; done += used) {
		assert_int_equal(from_null(&z, null.at + done, null.length - done, &used, 1, &made), 1);
		assert_int_equal(used, 1);
	}
	same(&made, &ours);
	drop(&null, &ours);
	free(made.at);
}

static void nothing_makes_nothing(void **state)
{
	struct bytes none = {0}, made = {0};
	struct zmtp_out out = {0};
	struct zmtp_in in = {0};
	size_t used = 99;

	(void)state;
	add(&none, "", 0);
	assert_int_equal(to_null(&out, none.at, 0, &made), 0);
	assert_int_equal(from_null(&in, none.at, 0, &used, 0, &made), 0);
	assert_int_equal(used, 0);
	drop(&none, &made);
}

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
		cmocka_unit_test(the_bytes_are_those_of_zmtp),
		cmocka_unit_test(an_INITIATE_of_any_length_vanishes),
		cmocka_unit_test(a_READY_of_any_length_is_a_command_without_a_token_that_says_so),
		cmocka_unit_test(flags_and_lengths_survive_in_both_directions),
		cmocka_unit_test(a_long_form_where_the_short_one_would_do_is_understood),
		cmocka_unit_test(subscriptions_of_a_later_libzmq_are_messages_as_before),
		cmocka_unit_test(every_split_of_what_we_send_gives_the_same),
		cmocka_unit_test(every_split_of_what_comes_gives_the_same_in_any_room),
		cmocka_unit_test(two_pieces_are_as_good_as_one),
		cmocka_unit_test(what_came_from_the_peer_would_go_back_as_it_was),
		cmocka_unit_test(a_frame_waits_for_room_and_is_not_lost),
		cmocka_unit_test(a_body_goes_on_in_any_room),
		cmocka_unit_test(nothing_makes_nothing),
		cmocka_unit_test(what_our_end_would_not_send_is_refused),
		cmocka_unit_test(what_is_no_zmtp_of_a_null_peer_is_refused),
		cmocka_unit_test(the_longest_frame_that_a_token_holds_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
