/* SPDX-License-Identifier: MIT */
/* See frame.h. Every length here is the peer's word until it was compared. */
#include "shim/wire/frame.h"

#include <string.h>
#include <strings.h>

static uint64_t number(const uint8_t *bytes, unsigned count)
{
	uint64_t n = 0;

	while (count--)
		n = n << 8 | *bytes++;
	return n;
}

static void put_number(uint8_t *bytes, uint64_t n, unsigned count)
{
	while (count--) {
		bytes[count] = (uint8_t)n;
		n >>= 8;
	}
}

static struct frame read_as(const uint8_t *bytes, size_t count, bool is_long)
{
	struct frame frame = {0};

	if (count < (is_long ? FRAME_HEAD : 2u))
		return frame;
	frame.flags = bytes[0];
	frame.head = is_long ? FRAME_HEAD : 2;
	frame.body = number(bytes + 1, is_long ? 8 : 1);
	return frame;
}

struct frame tap_frame_read(const uint8_t *bytes, size_t count)
{
	return read_as(bytes, count, count && bytes[0] & FRAME_LONG);
}

struct frame tap_frame_read_own(const uint8_t *bytes, size_t count)
{
	/* No command of libzmq's is empty. */
	if (count >= 2 && bytes[0] == FRAME_COMMAND && !bytes[1])
		return read_as(bytes, count, true);
	return tap_frame_read(bytes, count);
}

unsigned tap_frame_head(uint8_t head[FRAME_HEAD], uint8_t flags, uint64_t body)
{
	head[0] = (uint8_t)(body > 255 ? flags | FRAME_LONG : flags & ~FRAME_LONG);
	put_number(head + 1, body, body > 255 ? 8 : 1);
	return body > 255 ? FRAME_HEAD : 2;
}

bool tap_frame_put(struct wire_buffer *out, uint8_t flags, uint64_t body)
{
	uint8_t head[FRAME_HEAD];

	return tap_wire_put(out, head, tap_frame_head(head, flags, body));
}

static bool token_of(const uint8_t *body, size_t count, const char *name, size_t name_length,
		     const uint8_t **token, size_t *length)
{
	size_t head = 1 + name_length + 4;

	if (count < head || body[0] != name_length || memcmp(body + 1, name, name_length) ||
	    number(body + 1 + name_length, 4) != count - head)
		return false;
	*token = body + head;
	*length = count - head;
	return true;
}

bool tap_frame_initiate(const uint8_t *body, size_t count, const uint8_t **token, size_t *length)
{
	return token_of(body, count, "INITIATE", 8, token, length);
}

bool tap_frame_message(const uint8_t *body, size_t count, const uint8_t **token, size_t *length)
{
	return token_of(body, count, "MESSAGE", 7, token, length);
}

static bool put_command(struct wire_buffer *out, uint8_t flags, const char *name, size_t token)
{
	size_t length = strlen(name);
	uint8_t head[INITIATE_HEAD];

	if (token > UINT32_MAX)
		return false;
	head[0] = (uint8_t)length;
	memcpy(head + 1, name, length);
	put_number(head + 1 + length, token, 4);
	return tap_wire_room(out, FRAME_HEAD + sizeof(head) + token) &&
	       tap_frame_put(out, flags, 1 + length + 4 + token) && tap_wire_put(out, head, 1 + length + 4);
}

bool tap_frame_put_initiate(struct wire_buffer *out, const void *token, size_t length)
{
	return put_command(out, FRAME_COMMAND, "INITIATE", length) && tap_wire_put(out, token, length);
}

bool tap_frame_put_message(struct wire_buffer *out, uint8_t flags, size_t token)
{
	return put_command(out, flags, "MESSAGE", token);
}

bool tap_frame_command_short(const uint8_t *body, size_t count)
{
	return !count || body[0] > count - 1 || (body[0] == 4 && !memcmp(body + 1, "PING", 4) && count < 7);
}

static bool is_name(const uint8_t *name, size_t length, const char *wanted)
{
	return length == strlen(wanted) && !strncasecmp((const char *)name, wanted, length);
}

size_t tap_frame_property(const uint8_t *bytes, size_t count, size_t *value, size_t *value_length)
{
	size_t name;

	if (count < 1 || !bytes[0] || count - 1 < bytes[0] + (size_t)4)
		return 0;
	name = bytes[0];
	*value_length = (size_t)number(bytes + 1 + name, 4);
	*value = 1 + name + 4;
	return *value_length > count - *value ? 0 : *value + *value_length;
}

static bool put_property(struct wire_buffer *out, const char *name, const char *text)
{
	uint8_t head[64], length = (uint8_t)strlen(name);

	head[0] = length;
	memcpy(head + 1, name, length);
	put_number(head + 1 + length, strlen(text), 4);
	return tap_wire_put(out, head, 1u + length + 4) && tap_wire_put(out, text, strlen(text));
}

#define READY "\5READY"
#define USER_ID "User-Id"
#define IDENTITY "Identity"

bool tap_frame_put_identity(struct wire_buffer *granted, const char *id)
{
	return put_property(granted, IDENTITY, id);
}

static bool grants_identity(const struct wire_buffer *granted)
{
	const uint8_t *bytes = wire_front(granted);
	size_t value, length, step;

	for (size_t at = 0, count = wire_left(granted); at < count; at += step) {
		step = tap_frame_property(bytes + at, count - at, &value, &length);
		if (!step || is_name(bytes + at + 1, bytes[at], IDENTITY))
			return step;
	}
	return false;
}

/* What libzmq is told of by us, whatever the peer says. */
static bool is_ours(const uint8_t *property, bool identity)
{
	return is_name(property + 1, property[0], USER_ID) ||
	       (identity && is_name(property + 1, property[0], IDENTITY));
}

bool tap_frame_metadata(struct wire_buffer *out, const uint8_t *bytes, size_t count)
{
	size_t value, length, step;

	for (size_t at = 0; at < count; at += step) {
		step = tap_frame_property(bytes + at, count - at, &value, &length);
		if (!step)
			return false;
		if (!is_name(bytes + at + 1, bytes[at], USER_ID) &&
		    !is_name(bytes + at + 1, bytes[at], "Socket-Type") &&
		    !is_name(bytes + at + 1, bytes[at], "Identity") && !tap_wire_put(out, bytes + at, step))
			return false;
	}
	return true;
}

bool tap_frame_ready(struct wire_buffer *out, const uint8_t *body, size_t count, const char *user,
		     const char *again, const struct wire_buffer *granted, bool *subscriber)
{
	size_t made = FRAME_READY_HEAD, value, length, step;
	bool identity = grants_identity(granted);

	if (count < FRAME_READY_HEAD || memcmp(body, READY, FRAME_READY_HEAD))
		return false;
	for (size_t at = FRAME_READY_HEAD; at < count; at += step) {
		step = tap_frame_property(body + at, count - at, &value, &length);
		if (!step)
			return false;
		if (!is_ours(body + at, identity))
			made += step;
		if (is_name(body + at + 1, body[at], "Socket-Type"))
			*subscriber = length == 3 && !memcmp(body + at + value, "SUB", 3);
	}
	if (user)
		made += 1 + strlen(USER_ID) + 4 + strlen(user);
	if (user && again)
		made += 1 + strlen(again) + 4 + strlen(user);
	made += wire_left(granted);
	if (!tap_frame_put(out, FRAME_COMMAND, made) || !tap_wire_put(out, READY, FRAME_READY_HEAD) ||
	    (user && !put_property(out, USER_ID, user)) ||
	    (user && again && !put_property(out, again, user)) ||
	    (wire_left(granted) && !tap_wire_put(out, wire_front(granted), wire_left(granted))))
		return false;
	for (size_t at = FRAME_READY_HEAD; at < count; at += step) {
		step = tap_frame_property(body + at, count - at, &value, &length);
		if (!is_ours(body + at, identity) && !tap_wire_put(out, body + at, step))
			return false;
	}
	return true;
}

bool tap_frame_is_error(const uint8_t *body, size_t count)
{
	static const char name[] = "\x05"
				   "ERROR";
	size_t length = sizeof(name) - 1;

	return count > length && !memcmp(body, name, length) && count - length - 1 >= body[length];
}

bool tap_frame_initiates(const uint8_t *bytes, size_t count)
{
	static const char name[] = "\x08INITIATE";
	struct frame frame = tap_frame_read(bytes, count);

	return frame.head && count - frame.head >= sizeof(name) - 1 &&
	       !memcmp(bytes + frame.head, name, sizeof(name) - 1);
}

bool tap_frame_in_clear(const uint8_t *body, size_t count)
{
	return count >= FRAME_READY_HEAD && !memcmp(body, READY, FRAME_READY_HEAD);
}
