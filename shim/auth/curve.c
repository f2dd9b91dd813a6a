/* SPDX-License-Identifier: MIT */
/*
 * The clients of CURVE: public certificates as CZMQ and pyzmq write them (rfc.zeromq.org/spec/4, .key), which
 * are looked through for each question, so that those that are there now count.
 */
#include "shim/auth/auth.h"

#include "shim/core/filter.h"
#include "shim/core/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void key_text(const uint8_t key[TAP_KEY], char out[TAP_KEY_TEXT])
{
	static const char digits[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()"
		"[]{}@%$#";

	for (size_t i = 0; i < TAP_KEY / 4; i++) {
		const uint8_t *at = key + 4 * i;
		uint32_t value = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];

		for (size_t j = 5; j-- > 0; value /= 85)
			out[5 * i + j] = digits[value % 85];
	}
	out[TAP_KEY_TEXT - 1] = 0;
}

/* What stands between blanks, and quotes, ended there. */
static char *trimmed(char *text, const char *around)
{
	size_t length;

	text += strspn(text, around);
	length = strlen(text);
	while (length && strchr(around, text[length - 1]))
		length--;
	text[length] = 0;
	return text;
}

/* Is it this key's? user gets what the field says. */
static bool is_certificate_of(const char *key, const char *field, struct tap_lines *lines, char *user,
			      size_t size)
{
	char *line, *name, *equals, *value;

	user[0] = 0;
	while ((line = tap_lines_next(lines))) {
		name = trimmed(line, " \t");
		equals = strchr(name, '=');
		if (*name == '#' || !equals)
			continue;
		*equals = 0;
		name = trimmed(name, " \t");
		value = trimmed(equals + 1, " \t\"'");
		if (field && !strcmp(name, field) && strlen(value) < size)
			tap_copy(user, size, value);
		if (!strcmp(name, "public-key"))
			return !strcmp(value, key);
	}
	return false;
}

static bool has_certificate_name(const char *name)
{
	size_t length = strlen(name);

	return length > 4 && !strcmp(name + length - 4, ".key");
}

/* In one of the next files of the directory. 0: there are no more. */
static int look(int directory, const char *key, const char *field, struct tap_auth_room *room, char *user,
		size_t size, bool *found)
{
	long n = syscall(SYS_getdents64, directory, room->names, sizeof(room->names));

	for (long at = 0; at < n && !*found;) {
		const struct dirent64 *entry = (const struct dirent64 *)(const void *)(room->names + at);

		at += entry->d_reclen;
		if (!has_certificate_name(entry->d_name) ||
		    !tap_lines_open(&room->lines, directory, entry->d_name))
			continue;
		*found = is_certificate_of(key, field, &room->lines, user, size);
		tap_lines_close(&room->lines);
	}
	return n > 0;
}

const char *tap_curve_why_not(const char *directory, const char *field, const uint8_t key[TAP_KEY],
			      struct tap_auth_room *room, char *user, size_t size, int *status)
{
	char text[TAP_KEY_TEXT];
	bool found = false;
	int fd;

	*status = 400;
	key_text(key, text);
	if (!strcmp(directory, "any")) {
		tap_copy(user, size, text);
		return NULL;
	}
	fd = tap_is_death(TAP_DEATH_FILES)
		     ? -1
		     : (int)syscall(SYS_openat, AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		*status = 300;
		return " names a directory that cannot be read";
	}
	while (!found && look(fd, text, field, room, user, size, &found))
		;
	syscall(SYS_close, fd);
	if (!found)
		return " has no certificate with this key";
	if (field && !*user)
		return " has a certificate with this key and without the field that names its user";
	if (!field)
		tap_copy(user, size, text);
	return NULL;
}
