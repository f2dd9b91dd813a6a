/* SPDX-License-Identifier: MIT */
/*
 * A token as a tree of named values, which decoders build by begin, field, end, and everybody else reads:
 * text, JSON, phrases, diagnoses, redaction. A decoder prints nothing.
 *
 * Each value keeps where in the token it stands. Names are stable: they are keys of JSON, so within one group
 * none comes twice. What is wrong with the bytes is a note, never a lost value. Memory grows with the token's
 * size, up to a limit that is told when it is met.
 */
#ifndef TOOLS_TOKEN_TOKEN_H
#define TOOLS_TOKEN_TOKEN_H

#include "trace/reader.h"

#include <stdarg.h>

enum token_type {
	TOKEN_MESSAGE,	/* a group that has a title of its own, such as AP-REQ */
	TOKEN_GROUP,	/* values with names */
	TOKEN_LIST,	/* values without */
	TOKEN_UNSIGNED, /* number; word: what it means, or NULL */
	TOKEN_SIGNED,	/* the same */
	TOKEN_BOOL,
	TOKEN_FLAGS, /* number, and the names of its bits */
	TOKEN_TEXT,
	TOKEN_BYTES,
	TOKEN_QUOTED, /* bytes that are most often text, such as a message that was opened */
	TOKEN_SEALED, /* encrypted: of interest is how long it is */
	TOKEN_TIME,   /* seconds since the epoch, and microseconds */
	TOKEN_OID,    /* the body of its DER */
};

/* What redaction must think of a value. */
enum token_kind {
	TOKEN_PLAIN,
	TOKEN_IDENTITY, /* names somebody or something: a principal, a realm, a host, an address */
	TOKEN_SECRET,	/* encrypted, or proof of a key */
};

/* Where bytes were found; several may be told. */
enum token_place {
	TOKEN_IN_HANDSHAKE = 1, /* gss_init_sec_context, gss_accept_sec_context and what lies within */
	TOKEN_IN_MESSAGE = 2,	/* Wrap, MIC */
	TOKEN_IN_NAME = 4,	/* gss_export_name */
	TOKEN_IN_CONTEXT = 8,	/* gss_export_sec_context */
	TOKEN_IN_BINDINGS = 16, /* application data of channel bindings */
	TOKEN_IN_SIGNED = 32,	/* what a MIC is about */
	TOKEN_IN_WIRE = 64,	/* a ZeroMQ connection */
	TOKEN_IN_ZAP = 128,	/* a ZAP request or reply, frame after frame */
	TOKEN_IN_OIDS = 256,	/* object identifiers in DER */
	TOKEN_ANYWHERE = 511,
	TOKEN_IN_OPENED = 512, /* a plaintext, which a key has opened */
};

/* A bit of a word of flags; ends with name NULL. */
struct token_flag {
	uint32_t bit;
	const char *name;
};

struct token_node {
	const char *name;  /* NULL: an element of a list */
	const char *title; /* of a message */
	const char *word;  /* of a number */
	enum token_type type;
	enum token_kind kind;
	struct tr_bytes raw;  /* in the token (of what was opened with a key: beside it); at NULL: derived */
	struct tr_bytes text; /* TEXT, BYTES, QUOTED, SEALED, OID */
	uint64_t number;      /* SEALED: bytes that it should have */
	uint32_t micro;
	const struct token_flag *flags;
	uint32_t parent, next, child, last; /* indices; 0: none */
};

struct token_note {
	uint32_t node; /* that it is about */
	const char *text;
};

struct token_chunk;

/* Zeros are an empty token. */
struct token {
	struct token_node *nodes; /* [0] is the root, a group */
	uint32_t count, room, current;
	struct token_note *notes;
	uint32_t noted, notes_room;
	struct token_chunk *chunks;
	unsigned depth;
	bool failed; /* no memory */
	bool full;   /* there were more values than may be */
	struct tr_bytes bytes;
	uint64_t length; /* bytes that the token had; more than bytes.length: it was cut */
	uint64_t time;	 /* when it was seen, ns since the epoch; 0: not known */
	bool opened;	 /* it is a plaintext: what nobody knows in it could be a key, and is not shown */
	/* Finds what the bytes are and decodes them into the current group: decode.h. */
	bool (*dispatch)(struct token *token, struct tr_bytes bytes, unsigned places);
};

/* Empties it, and keeps what it has allocated, wiped: values that were opened with a key lie there. */
void token_reset(struct token *token);
void token_free(struct token *token);

void token_begin_message(struct token *token, const char *name, const char *title, struct tr_bytes raw);
void token_begin(struct token *token, const char *name, struct tr_bytes raw);
void token_begin_list(struct token *token, const char *name, struct tr_bytes raw);
void token_end(struct token *token);
/* Goes on in a group that has ended, until token_leave; what is added comes after what is there. */
void token_enter(struct token *token, uint32_t node);
void token_leave(struct token *token);

/* Values. raw is where it stands; words, names and flags must stay valid. */
void token_unsigned(struct token *token, const char *name, struct tr_bytes raw, uint64_t number,
		    const char *word);
void token_signed(struct token *token, const char *name, struct tr_bytes raw, int64_t number,
		  const char *word);
void token_bool(struct token *token, const char *name, struct tr_bytes raw, bool value);
void token_flags(struct token *token, const char *name, struct tr_bytes raw, uint32_t value,
		 const struct token_flag *flags);
void token_text(struct token *token, const char *name, struct tr_bytes text);
/* A text that stands so nowhere in the token, from token_copy or static; raw: what it was made of. */
void token_made_text(struct token *token, const char *name, struct tr_bytes raw, const char *text);
void token_bytes(struct token *token, const char *name, struct tr_bytes bytes);
void token_quoted(struct token *token, const char *name, struct tr_bytes bytes);
/* What a decoder does not know: its bytes, or how many they are in what was opened. */
void token_unknown(struct token *token, const char *name, struct tr_bytes bytes);
/* length: of all of it, of which `bytes` arrived. */
void token_sealed(struct token *token, const char *name, struct tr_bytes bytes, uint64_t length);
void token_time(struct token *token, const char *name, struct tr_bytes raw, int64_t seconds, uint32_t micro);
void token_oid(struct token *token, const char *name, struct tr_bytes body);
/* The value that was last added names somebody, or proves a key. */
void token_mark(struct token *token, enum token_kind kind);

/* What is wrong here, as a sentence about the current group. */
void token_note(struct token *token, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What lies within: decoded by the table into a group of this name, or shown as bytes when nobody knows it.
 */
void token_inner(struct token *token, const char *name, struct tr_bytes bytes, unsigned places);

/* Room that lives as long as the token; NULL: no memory. */
void *token_room(struct token *token, size_t size);
/* Text that lives as long; "" when there is no memory. */
const char *token_print(struct token *token, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *token_print_list(struct token *token, const char *format, va_list arguments);

/* The value at a path such as "ap_req.ticket.kvno" below `from` (0: the root), or NULL. */
const struct token_node *token_find(const struct token *token, uint32_t from, const char *path);
/* The first value of this name at any depth, or NULL. */
const struct token_node *token_search(const struct token *token, const char *name);
/* The names that lead to a node, with '.' between them, into text (which ends with NUL); "" for the root. */
void token_path(const struct token *token, uint32_t node, char *text, size_t size);

#endif
