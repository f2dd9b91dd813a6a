/* SPDX-License-Identifier: MIT */
/*
 * What is read of who wants to come in. The first line says which reader it is and what it is asked; for a
 * file the rest of the input is what it holds. Who comes in must be in there:
 *
 *   plain USER PASSWORD        a file of users
 *   curve FIELD                a directory with one certificate; the key is KEY
 *   address PATTERN ADDRESS    one of an allow or deny list
 */
#include "policy/policy.h"
#include "shim/auth/auth.h"
#include "tests/seal_loader.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 1, 2 ... 32 */
static const char KEY[] = "0rJua1Qkhq2)}4G4gS)W5Ft->6=4P585:Cl9uDpB";

static struct tap_auth_room room;
static char directory[] = "/tmp/gsstap-fuzz-XXXXXX", certificate[64], file[32];
static int fd;

static void end(void)
{
	unlink(certificate);
	rmdir(directory);
}

static void begin(void)
{
	if (fd)
		return;
	fd = memfd_create("fuzz", 0);
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	if (!mkdtemp(directory))
		abort();
	snprintf(certificate, sizeof(certificate), "%s/a.key", directory);
	if (symlink(file, certificate) || atexit(end))
		abort();
}

static void holds(const char *bytes, size_t size)
{
	if (ftruncate(fd, 0) || pwrite(fd, bytes, size, 0) != (ssize_t)size)
		abort();
}

static void plain(const char *user, const char *password, const char *bytes, size_t size)
{
	char line[600];
	int status;
	int length = snprintf(line, sizeof(line), "%s:{plain}%s", user, password);
	const char *why;

	/* How libcrypt reads its hashes is its own matter, and takes its time. */
	if (memchr(bytes, '$', size))
		return;
	holds(bytes, size);
	why = tap_plain_why_not(file, user, password, &room, &status);
	if (!why && !memmem(bytes, size, line, (size_t)length))
		__builtin_trap();
	if (why && status != 400)
		__builtin_trap();
}

static void curve(const char *field, const char *bytes, size_t size)
{
	char user[TAP_AUTH_USER];
	uint8_t key[TAP_KEY];
	const char *why;
	int status;

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i + 1);
	holds(bytes, size);
	why = tap_curve_why_not(directory, *field ? field : NULL, key, &room, user, sizeof(user), &status);
	if (why ? status != 400 : !memmem(bytes, size, KEY, strlen(KEY)) || !*user)
		__builtin_trap();
	if (!why && *field && !memmem(bytes, size, user, strlen(user)))
		__builtin_trap();
}

static void address(const char *pattern, const char *given)
{
	char mapped[80];

	if (!pol_is_address(pattern))
		return;
	pol_address_is_loose(pattern);
	pol_match_address(pattern, given);
	/* Itself, and as IPv6 has it. */
	if (!strpbrk(pattern, "/ac") && !strchr(pattern, ':') && strlen(pattern) < 64) {
		snprintf(mapped, sizeof(mapped), "::ffff:%s", pattern);
		if (!pol_match_address(pattern, pattern) || !pol_match_address(pattern, mapped) ||
		    !pol_match_address(mapped, pattern))
			__builtin_trap();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *line_end = memchr(text, '\n', size), *rest;
	char line[512], *word[3] = {"", "", ""}, *save;

	if (!line_end || (size_t)(line_end - text) >= sizeof(line))
		return 0;
	begin();
	memcpy(line, text, (size_t)(line_end - text));
	line[line_end - text] = 0;
	rest = line_end + 1;
	for (size_t i = 0; i < 3; i++) {
		char *next = strtok_r(i ? NULL : line, " ", &save);

		if (next)
			word[i] = next;
	}
	if (!strcmp(word[0], "plain"))
		plain(word[1], word[2], rest, size - (size_t)(rest - text));
	else if (!strcmp(word[0], "curve"))
		curve(word[1], rest, size - (size_t)(rest - text));
	else if (!strcmp(word[0], "address"))
		address(word[1], word[2]);
	return 0;
}
