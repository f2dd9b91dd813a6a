/* SPDX-License-Identifier: MIT */
/*
 * See input.h. A text is taken for what it looks like, and what comes out of it again, as long as that is a
 * text: logs and tools encode what is encoded already.
 */
#include "tools/token/input.h"

#include "tools/token/bytes.h"
#include "tools/token/der.h"
#include "tools/token/input_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PEM "-----BEGIN"
#define DEEPEST 4 /* texts within texts */

static void note(struct input *input, const char *text)
{
	if (text && input->noted < INPUT_NOTES)
		input->notes[input->noted++] = text;
}

static struct tr_bytes trimmed(struct tr_bytes text)
{
	while (text.length && (isspace(text.at[0]) || strchr("\"'`", text.at[0]))) {
		text.at++;
		text.length--;
	}
	while (text.length && (isspace(text.at[text.length - 1]) || strchr("\"'`", text.at[text.length - 1])))
		text.length--;
	return text;
}

/* Is the rest of this line nothing but base64? Lines of a header that was folded, or of a token that was
 * wrapped. */
static size_t base64_line(struct tr_bytes text, size_t from)
{
	size_t i = from;

	while (i < text.length && (text.at[i] == ' ' || text.at[i] == '\t'))
		i++;
	if (i == text.length || !input_is_base64(text.at[i]))
		return 0;
	while (i < text.length && (input_is_base64(text.at[i]) || text.at[i] == '='))
		i++;
	while (i < text.length && (text.at[i] == '\r' || text.at[i] == ' '))
		i++;
	return i == text.length || text.at[i] == '\n' ? i : 0;
}

/* The base64 that begins here, over as many lines as are nothing else. */
static struct tr_bytes base64_from(struct tr_bytes text, size_t from)
{
	size_t end = from, next;

	while (end < text.length && (input_is_base64(text.at[end]) || text.at[end] == '='))
		end++;
	while (end < text.length && text.at[end] == '\r')
		end++;
	while (end < text.length && text.at[end] == '\n' && (next = base64_line(text, end + 1)))
		end = next;
	return bytes_at(text, from, end - from);
}

static const struct {
	const char *name;
	const char *other; /* NULL, or why what follows is no token */
} schemes[] = {
	{"Negotiate", NULL},
	{"NTLM", NULL},
	{"Kerberos", NULL},
	{"GSS-SPNEGO", NULL},
	{"GSSAPI", NULL},
	{"Basic", "a header of the scheme Basic: a name and a password, no token"},
	{"Bearer", "a header of the scheme Bearer, whose tokens are not those of GSS-API"},
	{"Digest", "a header of the scheme Digest, which has no tokens"},
};

/* A word of its own, with a blank behind it, or at the end. */
static bool word_at(struct tr_bytes text, size_t at, const char *word)
{
	size_t length = strlen(word);

	return bytes_have(text, at, length) && !strncasecmp((const char *)text.at + at, word, length) &&
	       (!at || !isalnum(text.at[at - 1])) &&
	       (at + length == text.length || isspace(text.at[at + length]));
}

/* Where a scheme is named and a token follows: what follows. Otherwise no bytes; *wrong: what was seen
 * instead. */
static struct tr_bytes after_scheme(struct tr_bytes text, const char **wrong)
{
	for (size_t at = 0; at < text.length; at++)
		for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
			size_t from = at + strlen(schemes[i].name);
			struct tr_bytes found;

			if (!word_at(text, at, schemes[i].name))
				continue;
			while (from < text.length && (text.at[from] == ' ' || text.at[from] == '\t'))
				from++;
			found = base64_from(text, from);
			if (!schemes[i].other && found.length > 7)
				return found;
			if (!*wrong)
				*wrong = schemes[i].other
						 ? schemes[i].other
						 : "a header that names a mechanism and carries no token";
		}
	return bytes_at(text, text.length, 0);
}

/* One text undone, into room. False: it is none of those that are known, or of no use. */
static bool undo(struct input *input, struct tr_bytes text, uint8_t *room, bool again)
{
	const char *wrong = NULL;
	struct input_text found = input_dump(text, room);
	struct tr_bytes header = {NULL, 0};

	if (!found.is && !found.wrong)
		found = input_hex(text, room);
	if (!found.is && !found.wrong) {
		header = after_scheme(text, &wrong);
		found = input_base64(header.length ? header : text, room);
	}
	if (found.is && again)
		note(input, header.length ? "the text of a header was encoded with the token"
					  : "encoded twice: what came out of it was such a text again");
	note(input, found.note);
	input->wrong = found.wrong ? found.wrong : !found.is ? wrong : NULL;
	input->bytes = (struct tr_bytes){room, found.length};
	return found.is && !found.wrong;
}

/* By its own account: an element of DER as a whole; of NTLM's messages where the last of their values ends.
 */
static uint64_t told_length(struct tr_bytes bytes)
{
	static const uint8_t fields[3][6] = {{16, 24}, {12, 40}, {12, 20, 28, 36, 44, 52}};
	uint64_t length = bytes.length, type = little_at(bytes, 8, 4);
	struct der der;

	if (bytes.length > 12 && !memcmp(bytes.at, "NTLMSSP", 8) && type > 0 && type < 4) {
		for (unsigned i = 0; i < 6 && fields[type - 1][i]; i++) {
			uint64_t at = fields[type - 1][i],
				 end = little_at(bytes, at, 2) + little_at(bytes, at + 4, 4);

			if (bytes_have(bytes, at, 8) && end > length && end < INPUT_MOST)
				length = end;
		}
	} else if (der_peek(bytes, &der) && der_is_frame(&der) && der.length < INPUT_MOST) {
		uint64_t whole = der.whole.length - der.body.length + der.length;

		length = whole > length ? whole : length;
	}
	return length;
}

static bool begins(struct tr_bytes bytes, const char *with, size_t length)
{
	return bytes.length >= length && !memcmp(bytes.at, with, length);
}

void input_read(struct input *input, struct tr_bytes raw)
{
	struct tr_bytes text = raw;

	*input = (struct input){.bytes = raw, .length = raw.length};
	if (begins(raw, PEM, sizeof(PEM) - 1)) /* whose dashes are base64 as well */
		return;
	for (unsigned depth = 0; depth < DEEPEST && input_is_text(text); depth++) {
		uint8_t *room = malloc(text.length + 1);
		struct tr_bytes before = input->bytes;

		if (!room) {
			input->wrong = "more than there is memory for";
			return;
		}
		if (!undo(input, trimmed(text), room, depth > 0)) {
			free(room);
			input->bytes = before; /* a text that stands for nothing else */
			break;
		}
		input->undone++;
		free(input->room[depth % 2]);
		input->room[depth % 2] = room;
		text = input->bytes;
	}
	input->length = told_length(input->bytes);
}

void input_free(struct input *input)
{
	free(input->room[0]);
	free(input->room[1]);
	*input = (struct input){0};
}

const char *input_looks_like(struct tr_bytes bytes)
{
	if (!bytes.length)
		return "nothing: there are no bytes";
	if (begins(bytes, PEM, sizeof(PEM) - 1))
		return "a file of PEM, a key or a certificate";
	if (input_is_text(bytes))
		return bytes.length < 8 ? "a short text"
					: "text, and neither hexadecimal nor base64 of a token";
	if (bytes.length < 8)
		return "too short for a token";
	if (begins(bytes, "\x0a\x0d\x0d\x0a", 4))
		return "a trace: give it without --bytes";
	if (begins(bytes, "\x1f\x8b", 2))
		return "compressed by gzip";
	if (begins(bytes, "\x16\x03", 2))
		return "a record of TLS";
	if (begins(bytes, "\x05\x02", 2))
		return "a keytab";
	if (begins(bytes, "\x05\x04", 2))
		return "a ticket cache";
	if (begins(bytes, "\x30", 1))
		return "a SEQUENCE of DER, such as a certificate, and no token";
	return "of no kind that is known";
}
