/* SPDX-License-Identifier: MIT */
/* Texts that stand for bytes. Each function writes to `to`, which has room for as many bytes as the text. */
#ifndef TOOLS_TOKEN_INPUT_TEXT_H
#define TOOLS_TOKEN_INPUT_TEXT_H

#include "trace/reader.h"

/* What came of it. */
struct input_text {
	bool is;	   /* it is a text of this kind */
	size_t length;	   /* of the bytes written */
	const char *note;  /* NULL, or what was wrong with it */
	const char *wrong; /* NULL, or why it is of no use */
};

/* Only printable characters of ASCII, blanks and line ends. */
bool input_is_text(struct tr_bytes bytes);
/* Digits with blanks, colons, commas, 0x and \x between them. */
struct input_text input_hex(struct tr_bytes text, uint8_t *to);
/* Lines that begin with an offset, as xxd, hexdump -C, od -tx1, tcpdump and Wireshark write them. */
struct input_text input_dump(struct tr_bytes text, uint8_t *to);
/* Standard and URL-safe, with or without padding, with line ends. */
struct input_text input_base64(struct tr_bytes text, uint8_t *to);
bool input_is_base64(uint8_t c);

#endif
