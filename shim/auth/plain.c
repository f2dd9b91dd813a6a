/* SPDX-License-Identifier: MIT */
/*
 * The users of PLAIN. Their file is read for each question, so that what it says now counts. Hashes are
 * libcrypt's to compute, which is looked for when the first one is met.
 */
#include "shim/auth/auth.h"

#include "shim/core/text.h"
#include "shim/loader/next.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define LIBRARY "libcrypt.so.1"
#define IN_CLEAR "{plain}"

typedef char *crypt_function(const char *phrase, const char *setting, void *data);

static crypt_function *libcrypt(void)
{
	static crypt_function *found;
	void *library = found ? NULL : tap_real_dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (library)
		found = (crypt_function *)tap_real_dlsym(library, "crypt_r");
	return found;
}

/* In a time that says nothing of where they differ. */
static bool same(const char *a, const char *b)
{
	size_t length = strlen(a);
	unsigned char differ = 0;

	if (length != strlen(b))
		return false;
	for (size_t i = 0; i < length; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return !differ;
}

static const char *compare(const char *secret, const char *password, struct tap_auth_room *room, int *status)
{
	crypt_function *crypt;
	const char *made;
	bool right;

	if (!strncmp(secret, IN_CLEAR, strlen(IN_CLEAR)))
		return same(secret + strlen(IN_CLEAR), password) ? NULL : " does not have this password";
	if (*secret != '$')
		return " has no hash for this user that begins with $, nor " IN_CLEAR;
	crypt = libcrypt();
	if (!crypt) {
		*status = 500;
		return " has hashes, and there is no " LIBRARY;
	}
	memset(room->crypt, 0, sizeof(room->crypt));
	made = crypt(password, secret, room->crypt);
	right = made && *made == '$' && same(made, secret);
	explicit_bzero(room->crypt, sizeof(room->crypt));
	return right ? NULL : " does not have this password";
}

const char *tap_plain_why_not(const char *file, const char *user, const char *password,
			      struct tap_auth_room *room, int *status)
{
	const char *why = " does not list this user";
	size_t length = strlen(user);
	char *line;

	*status = 400;
	if (!length || strchr(user, ':'))
		return " does not list this user";
	if (!tap_lines_open(&room->lines, AT_FDCWD, file)) {
		*status = 300;
		return " names a file that cannot be read";
	}
	while ((line = tap_lines_next(&room->lines)))
		if (*line != '#' && !strncmp(line, user, length) && line[length] == ':') {
			why = compare(line + length + 1, password, room, status);
			break;
		}
	tap_lines_close(&room->lines);
	return why;
}
