/* SPDX-License-Identifier: MIT */
/* See show_bytes.h. */
#include "tools/view/show_bytes.h"

#include "tools/base/tool.h"
#include "tools/token/decode.h"
#include "tools/token/input.h"
#include "tools/token/open.h"
#include "tools/token/phrase.h"
#include "tools/view/token_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LONGEST 256 /* what is longer was not meant to be one */

struct source {
	const char *name;
	struct tr_bytes bytes;
	uint8_t *room; /* NULL: the argument itself */
	bool no_file;  /* it is the argument since no file has this name */
};

/* False after saying why. */
static bool read_all(struct source *source, FILE *file)
{
	size_t used = 0;

	source->room = malloc(INPUT_MOST + 1);
	if (source->room)
		used = fread(source->room, 1, INPUT_MOST + 1, file);
	if (!source->room || ferror(file))
		tool_error("--bytes: %s: %s", source->name, strerror(errno));
	else if (used > INPUT_MOST)
		tool_error("--bytes: %s: larger than %d bytes: give a single token", source->name,
			   INPUT_MOST);
	source->bytes = (struct tr_bytes){source->room, used};
	return source->room && !ferror(file) && used <= INPUT_MOST;
}

static bool read_source(struct source *source)
{
	FILE *file;
	bool read;

	if (!strcmp(source->name, "-")) {
		source->name = "standard input";
		return read_all(source, stdin);
	}
	file = fopen(source->name, "re");
	if (!file && (errno == ENOENT || errno == ENAMETOOLONG || errno == ENOTDIR)) {
		source->bytes = (struct tr_bytes){(const uint8_t *)source->name, strlen(source->name)};
		source->no_file = true;
		return true;
	}
	if (!file) {
		tool_error("--bytes: %s: %s", source->name, strerror(errno));
		return false;
	}
	read = read_all(source, file);
	fclose(file);
	return read;
}

static void print_text(struct out *out, struct token *token)
{
	out_paint(out, "1");
	out_safe(out, token_phrase(token));
	out_paint(out, "0");
	out_char(out, '\n');
	token_text_tree(out, token, 2);
}

static void print_json(struct out *out, struct token *token)
{
	struct js js;

	js_init(&js, out);
	token_json(&js, token);
	js_line(&js);
}

static void complain(const struct source *source, const struct input *input)
{
	const char *what = input->wrong ? input->wrong : input_looks_like(input->bytes);

	tool_error("--bytes: %s%s%s", input->undone && !input->wrong ? "what it encodes is " : "it is ", what,
		   source->no_file && source->bytes.length < NAME_LONGEST
			   ? "; nor is there a file of this name"
			   : "");
}

static int print(const struct source *source, struct out *out, bool json, struct token_keys *keys)
{
	struct input input;
	struct token token = {0};
	bool known;

	input_read(&input, source->bytes);
	known = token_decode(&token, input.bytes, input.length, TOKEN_ANYWHERE, 0) && !token.failed;
	if (known && keys)
		token_open(&token, keys, NULL, NULL);
	for (unsigned i = 0; i < input.noted && known; i++)
		token_note(&token, "%s", input.notes[i]);
	if (!known)
		complain(source, &input);
	else if (json)
		print_json(out, &token);
	else
		print_text(out, &token);
	token_free(&token);
	input_free(&input);
	return known ? TOOL_OK : TOOL_FAIL;
}

int show_bytes(const char *name, FILE *file, bool json, bool colour, struct token_keys *keys)
{
	static struct out out;
	struct source source = {.name = name};
	int status = TOOL_USAGE;

	out_init(&out, file, colour && !json, json);
	if (read_source(&source))
		status = print(&source, &out, json, keys);
	out_flush(&out);
	free(source.room);
	if (!out.failed && !fflush(file))
		return status;
	tool_error("the output cannot be written: %s", strerror(out.failed ? out.error : errno));
	return TOOL_FAIL;
}
