/* SPDX-License-Identifier: MIT */
/*
 * The compiler's steps in their order: read, parse, complain, build. See compile.h.
 */
#include "policy/compile.h"
#include "policy/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_read(const char *path, struct pol_complaints *complaints, const char *why)
{
	draft_tell(complaints, "%s: error: cannot read the policy: %s", path, why);
	return -1;
}

/* Reads size bytes and makes sure that there are no more. */
static int read_all(int fd, char *bytes, size_t size)
{
	size_t have = 0;

	for (;;) {
		ssize_t n = read(fd, bytes + have, size + 1 - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		have += (size_t)n;
		if (!n && have == size)
			return 0;
		if (!n || have > size) {
			errno = EAGAIN;
			return -1;
		}
	}
}

int pol_read(const char *path, void **bytes, size_t *len, struct pol_complaints *complaints)
{
	/* O_NONBLOCK: a FIFO must not hang us before it is found out */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *why = NULL;
	struct stat st;
	char *new = NULL;

	if (fd < 0 || fstat(fd, &st))
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = S_ISDIR(st.st_mode) ? "it is a directory" : "it is not a regular file";
	else if (st.st_size > (off_t)POL_IMAGE_MAX)
		why = "it is larger than any policy";
	else if (!(new = calloc(1, (size_t)st.st_size + 1)))
		why = strerror(errno);
	else if (read_all(fd, new, (size_t)st.st_size))
		why = errno == EAGAIN ? "it changed while it was read; try again" : strerror(errno);
	if (fd >= 0)
		close(fd);
	if (why) {
		free(new);
		return cannot_read(path, complaints, why);
	}
	new[st.st_size] = 0;
	*bytes = new;
	*len = (size_t)st.st_size;
	return 0;
}

static void require_version(struct draft *draft)
{
	for (size_t i = 0; i < draft->count; i++)
		if (draft->rules[i].keyword->id == POL_K_VERSION)
			return;
	draft_error(draft, (struct place){1, 1}, "version is missing; a policy begins with 'version: 1'");
}

static bool acts(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f || (unsigned char)*name >= 0x80)
			return true;
	return false;
}

/* The file's name, without its directory, stands with the version. One that could act on a terminal, or is
 * too long, is not told. */
static void state_source(struct draft *draft)
{
	const char *slash = strrchr(draft->name, '/'), *name = slash ? slash + 1 : draft->name;
	size_t length = strlen(name);

	if (!length || length > POL_TEXT_MAX || acts(name))
		return;
	for (size_t i = 0; i < draft->count; i++)
		if (draft->rules[i].keyword->id == POL_K_VERSION)
			draft->rules[i].text = strdup(name);
}

/* A policy that asked for repairs alone goes on to be about ZeroMQ. */
static void state_engine(struct draft *draft)
{
	for (size_t i = 0; i < draft->count; i++)
		if (!strncmp(draft->rules[i].keyword->path, "zmq.", 4))
			return;
	draft_add(draft, pol_keyword(POL_K_ENGINE), POL_SCALAR, (struct place){draft->retired, 1})->word =
		POL_W_WIRE;
}

int pol_compile_text(const char *name, const char *text, size_t text_len, void **image, size_t *len,
		     struct pol_complaints *complaints)
{
	struct draft draft = {.name = name, .complaints = complaints};
	int status = -1;

	draft_parse(&draft, text, text_len);
	if (draft.retired)
		state_engine(&draft);
	if (!draft.errors)
		require_version(&draft);
	if (!draft.errors)
		state_source(&draft);
	if (!draft.errors)
		status = draft_build(&draft, image, len);
	if (!draft.errors)
		draft_warn_all(&draft);
	draft_free(&draft);
	return status;
}

int pol_compile(const char *path, void **image, size_t *len, struct pol_complaints *complaints)
{
	void *bytes;
	size_t size;
	int status;

	if (pol_read(path, &bytes, &size, complaints))
		return -1;
	if (pol_is_image(bytes, size)) {
		draft_tell(complaints, "%s: error: this is a compiled policy already", path);
		status = -1;
	} else {
		status = pol_compile_text(path, bytes, size, image, len, complaints);
	}
	free(bytes);
	return status;
}

unsigned pol_rules(const struct pol *pol)
{
	const struct pol_image *image = pol->image;
	unsigned count = 0;

	for (uint32_t i = 0; image && i < image->rule_count; i++) {
		const struct pol_rule *rule = &image->rule[i];

		const struct pol_keyword *k = pol_keyword(rule->keyword);

		count += k->type == POL_T_CHOICE || k->type == POL_T_DURATION || k->type == POL_T_PLACE ||
			 (rule->kind == POL_ITEM && k->type != POL_T_RECORDS && !pol_is_field(k) &&
			  k->id != POL_K_KICK) ||
			 (rule->kind == POL_ITEM && (k->id == POL_K_INJECT || k->id == POL_K_ACQUIRE));
	}
	return count;
}
