/* SPDX-License-Identifier: MIT */
/*
 * The bytes of one event: its fields, and the Enhanced Packet Block around them.
 */
#include "trace/writer_private.h"

#include <string.h>

static const uint8_t dissector_gssapi[12] = {0, TR_TAG_DISSECTOR, 0, 8, 'g', 's', 's', 'a', 'p', 'i'};
static const uint8_t dissector_data[12] = {0, TR_TAG_DISSECTOR, 0, 8, 'd', 'a', 't', 'a'};

static inline size_t round4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* Room for a field and its value, or NULL. */
static inline uint8_t *field(struct tr_draft *d, enum tr_field_id id, size_t length)
{
	struct tr_field head = {(uint16_t)id, (uint16_t)length};
	size_t whole = sizeof(head) + round4(length);
	uint8_t *at = d->fields + d->used;

	if (length > 0xffff || whole > d->size - d->used)
		return NULL;
	memset(at + whole - 4, 0, 4);
	memcpy(at, &head, sizeof(head));
	d->used += whole;
	return at + sizeof(head);
}

void tr_put(struct tr_draft *d, enum tr_field_id id, const void *value, size_t length)
{
	uint8_t *at = field(d, id, length);

	if (at && length)
		memcpy(at, value, length);
}

void tr_comment(struct tr_draft *d, const char *text)
{
	size_t used = d->comment == d->room ? d->comment_length : 0, length = strlen(text);

	if (length > TR_COMMENT - 1 - used)
		length = TR_COMMENT - 1 - used;
	memcpy(d->room + used, text, length);
	d->room[used + length] = 0;
	d->comment = d->room;
	d->comment_length = used + length;
}

void tr_put_u32(struct tr_draft *d, enum tr_field_id id, uint32_t value)
{
	uint8_t *at = field(d, id, sizeof(value));

	if (at)
		memcpy(at, &value, sizeof(value));
}

void tr_put_u64(struct tr_draft *d, enum tr_field_id id, uint64_t value)
{
	uint8_t *at = field(d, id, sizeof(value));

	if (at)
		memcpy(at, &value, sizeof(value));
}

void tr_put_text_n(struct tr_draft *d, enum tr_field_id id, const void *text, size_t length)
{
	size_t room = d->size - d->used;

	if (!text || room < 64)
		return;
	if (length > room - 8)
		length = room - 8;
	tr_put(d, id, text, length);
}

void tr_put_text(struct tr_draft *d, enum tr_field_id id, const char *text)
{
	if (text)
		tr_put_text_n(d, id, text, strlen(text));
}

size_t tr_group_begin(struct tr_draft *d, enum tr_field_id id)
{
	size_t mark = d->used;

	return field(d, id, 0) ? mark : (size_t)-1;
}

void tr_group_end(struct tr_draft *d, size_t mark)
{
	size_t length = d->used - mark - sizeof(struct tr_field);
	uint16_t length16 = (uint16_t)length;

	if (mark == (size_t)-1)
		return;
	if (length > 0xffff)
		d->used = mark;
	else
		memcpy(d->fields + mark + 2, &length16, 2);
}

void tr_put_token(struct tr_draft *d, enum tr_field_id id, const void *bytes, size_t length,
		  enum tr_where where, bool in_event)
{
	tr_put_token_hashed(d, id, bytes, length, NULL, where, in_event);
}

void tr_put_token_hashed(struct tr_draft *d, enum tr_field_id id, const void *bytes, size_t length,
			 const uint8_t *hash, enum tr_where where, bool in_event)
{
	struct tr_token token = {.length = length, .flags = in_event ? TR_TOKEN_IN_EVENT : 0};

	if (hash)
		memcpy(token.hash, hash, sizeof(token.hash));
	else
		tr_hash(bytes, length, token.hash);
	if (where != TR_WHERE_NONE && bytes) {
		d->head.where = (uint16_t)where;
		d->payload = bytes;
		d->payload_length = length;
		d->gss_payload = where != TR_WHERE_MESSAGE;
		d->outbound = where == TR_WHERE_OUT_TOKEN;
		token.captured = (uint32_t)tr_layout_of(d).payload;
	}
	tr_put(d, id, &token, sizeof(token));
}

void tr_put_secret(struct tr_draft *d, enum tr_field_id id, const void *bytes, size_t length)
{
	struct tr_token token = {.length = length, .flags = TR_TOKEN_KEYED};

	tr_keyed_hash(bytes, length, token.hash);
	tr_put(d, id, &token, sizeof(token));
}

struct tr_layout tr_layout_of(const struct tr_draft *d)
{
	struct tr_layout layout = {.fields_tag = sizeof(struct tr_head) + d->used,
				   .payload = d->payload_length};
	/* What may still be put: a token's size is asked for while fields are being added. */
	size_t most = TR_PACKET_MAX - 12 - 8 - TR_DRAFT_FIELDS - sizeof(struct tr_head) - d->size;

	if (layout.payload > most)
		layout.payload = most & ~(size_t)3;
	layout.block = 28 + 12 + 4 + layout.fields_tag + 4 + round4(layout.payload) + 4 +
		       round4(d->comment_length) + (d->payload ? 8 : 0) + 4 + 4;
	return layout;
}

static inline uint8_t *put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, 4);
	return at + 4;
}

static inline uint8_t *put_tag(uint8_t *at, uint16_t tag, size_t length)
{
	uint8_t bytes[4] = {(uint8_t)(tag >> 8), (uint8_t)tag, (uint8_t)(length >> 8), (uint8_t)length};

	memcpy(at, bytes, 4);
	return at + 4;
}

/* Options: the comment for people, and the direction where there is a token. */
static uint8_t *put_options(uint8_t *at, const struct tr_draft *d)
{
	size_t length = d->comment_length;

	at = put32(at, 1 | (uint32_t)length << 16);
	if (length)
		memset(at + round4(length) - 4, 0, 4);
	memcpy(at, d->comment, length);
	at += round4(length);
	if (d->payload) {
		at = put32(at, 2 | 4u << 16);
		at = put32(at, d->outbound ? 2 : 1);
	}
	return put32(at, 0);
}

void tr_lay_time(uint8_t *block, uint64_t time)
{
	put32(put32(block + 12, (uint32_t)(time >> 32)), (uint32_t)time);
}

/* Behind the block's head and both tags'. */
#define HEAD_AT (28 + 12 + 4)
#define EVENT_AT (HEAD_AT + offsetof(struct tr_head, event))
#define FIELDS_AT (HEAD_AT + sizeof(struct tr_head))

bool tr_is_introduction(uint16_t event)
{
	return event == TR_E_process || event == TR_E_library || event == TR_E_coverage ||
	       event == TR_E_policy;
}

bool tr_lay_is_counted(const uint8_t *block)
{
	uint16_t event;

	memcpy(&event, block + EVENT_AT, sizeof(event));
	return event != TR_E_token && !tr_is_introduction(event);
}

bool tr_lay_has_fields(const uint8_t *block, const struct tr_draft *d)
{
	const size_t fields_tag = (size_t)block[HEAD_AT - 2] << 8 | block[HEAD_AT - 1];

	return fields_tag == sizeof(struct tr_head) + d->used &&
	       !memcmp(block + FIELDS_AT, d->fields, d->used);
}

void tr_lay(uint8_t *at, const struct tr_draft *d, struct tr_layout layout, uint32_t block_length)
{
	uint32_t data = (uint32_t)(12 + 4 + layout.fields_tag + 4 + layout.payload);
	size_t filler = layout.fields_tag - sizeof(d->head) - d->used;

	at = put32(at + 4, block_length); /* the type before it is stored last, by the caller */
	at = put32(at, 0);
	tr_lay_time(at - 12, d->time);
	at += 8;
	at = put32(at, data);
	at = put32(at, data);
	memcpy(at, d->gss_payload ? dissector_gssapi : dissector_data, 12);
	at = put_tag(at + 12, TR_TAG, layout.fields_tag);
	memcpy(at, &d->head, sizeof(d->head));
	at += sizeof(d->head);
	memcpy(at, d->fields, d->used);
	at += d->used + filler; /* the filler is zero already: field 0 ends the fields */
	at = put_tag(at, TR_TAG_END, 0);
	if (layout.payload) {
		memcpy(at, d->payload, layout.payload);
		at += round4(layout.payload);
	}
	at = put_options(at, d);
	put32(at, block_length);
}
