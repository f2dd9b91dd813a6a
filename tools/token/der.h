/* SPDX-License-Identifier: MIT */
/*
 * DER (X.690), read element by element with libtasn1's primitives. A parser of whole messages by a schema,
 * which libtasn1 has too, would say nothing of a token that was cut, nor where in it a value stands. A
 * message is a table of fields; what the table does not have is shown under its tag's number.
 */
#ifndef TOOLS_TOKEN_DER_H
#define TOOLS_TOKEN_DER_H

#include "tools/token/token.h"

/* First octets. */
enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_OBJECT_ID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_GENERALIZED_TIME = 0x18,
	DER_GENERAL_STRING = 0x1b,
	DER_SEQUENCE = 0x30,
	DER_APPLICATION = 0x60, /* constructed; the number is to be added */
	DER_CONTEXT = 0xa0,	/* the same */
};

struct der {
	unsigned first;	       /* octet */
	struct tr_bytes whole; /* with tag and length */
	struct tr_bytes body;  /* what is there of it */
	uint64_t length;       /* that the body has by its own account; more than body.length: it was cut */
};

/* Takes the next element off `rest`. False at the end, and where there is none; a note says why. */
bool der_next(struct token *token, struct tr_bytes *rest, struct der *der);
/* The same of an element that has to have this first octet; `what` names it in the note otherwise. */
bool der_expect(struct token *token, struct tr_bytes *rest, unsigned first, const char *what,
		struct der *der);
/* The first element, without a note or a change of anything. False: there is none. */
bool der_peek(struct tr_bytes bytes, struct der *der);
/* Does it begin with an element of this first octet? */
bool der_is(struct tr_bytes bytes, unsigned first);

/* Is it a token as a whole, as far as there is of it: of GSS-API, where an object identifier follows, or of
 * Kerberos or SPNEGO, where a SEQUENCE does, and nothing else? By their tags alone n, o and t are such, too,
 * which begin texts.
 */
bool der_is_frame(const struct der *der);

/* One field of a SEQUENCE with explicit tags. bytes: the element within the tag. */
struct der_field {
	unsigned tag;
	const char *name;
	void (*decode)(struct token *token, const char *name, struct tr_bytes bytes);
};
/* A SEQUENCE by its table, which ends with name NULL, into the current group. */
void der_sequence(struct token *token, struct tr_bytes bytes, const struct der_field *fields);
/* The same with a group of this name around it. */
void der_group(struct token *token, const char *name, struct tr_bytes bytes, const struct der_field *fields);
/* Each element of a SEQUENCE OF, as an element of a list of this name. */
void der_list(struct token *token, const char *name, struct tr_bytes bytes,
	      void (*decode)(struct token *token, const char *name, struct tr_bytes bytes));

/* Values of one element. What is no such element is shown as bytes, with a note. */
void der_integer(struct token *token, const char *name, struct tr_bytes bytes);
void der_octets(struct token *token, const char *name, struct tr_bytes bytes); /* as bytes */
void der_sealed(struct token *token, const char *name, struct tr_bytes bytes);
void der_string(struct token *token, const char *name, struct tr_bytes bytes);	 /* text of any string type */
void der_identity(struct token *token, const char *name, struct tr_bytes bytes); /* that names somebody */
void der_time(struct token *token, const char *name, struct tr_bytes bytes);
void der_oid(struct token *token, const char *name, struct tr_bytes bytes);
void der_bytes(struct token *token, const char *name, struct tr_bytes bytes); /* the element as it is */

/* A number and what it is called; words end with {0}. `what` names it in the note when it is none. */
struct der_word {
	int64_t number;
	const char *word;
};
void der_named(struct token *token, const char *name, struct tr_bytes bytes, const char *what,
	       const struct der_word *words);

/* Plain values, for decoders that need them. False with a note when it is none. */
bool der_get_integer(struct token *token, struct tr_bytes bytes, const char *what, int64_t *number);
/* The first 32 bits, the first of them the most significant (RFC 4120, section 5.2.8). */
bool der_get_bits(struct token *token, struct tr_bytes bytes, const char *what, uint32_t *bits);

#endif
