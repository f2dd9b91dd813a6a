/* SPDX-License-Identifier: MIT */
/*
 * See secret.h. By its name: what follows password=, --token, Authorization:. By its place: the password of a
 * URL and of a pair user:password, and what one-letter options take in whose place many programs have a
 * password.
 */
#include "shim/core/secret.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define FLAGS_MOST 3 /* letters of a group that has no value: -pre */
#define PORT_DIGITS 5

bool tap_is_file(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
	struct stat status;
	bool regular;

	if (fd < 0)
		return false;
	regular = !syscall(SYS_fstat, fd, &status) && S_ISREG(status.st_mode);
	syscall(SYS_close, fd);
	return regular;
}

static bool has(const char *name, size_t length, const char *part)
{
	size_t n = strlen(part);

	for (size_t at = 0; at + n <= length; at++)
		if (!strncasecmp(name + at, part, n))
			return true;
	return false;
}

/* The name of an option or variable. */
static bool names_secret(const char *name, size_t length)
{
	static const char *const parts[] = {"pass", "secret", "token",	"cred", "auth",	  "pw",
					    "key",  "pin",    "bearer", "otp",	"cookie", "jwt"};
	static const char *const files[] = {"keytab", "keyring"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (length >= strlen(files[i]) &&
		    has(name + length - strlen(files[i]), strlen(files[i]), files[i]))
			return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (has(name, length, parts[i]))
			return true;
	return false;
}

/* What stands right behind the colon of a host. */
static bool is_port(const char *text)
{
	size_t digits = strspn(text, DIGITS);

	return digits && digits <= PORT_DIGITS && !(text[digits] && strchr(LOWER UPPER DIGITS, text[digits]));
}

/* Right behind a name without quotes: host:88, keys.example:/srv, tokens://host. Not one that is behind a
 * blank. */
static bool is_of_host(const char *colon, size_t name)
{
	return is_port(colon + 1) || !strncmp(colon, "://", 3) ||
	       (colon[1] == '/' && memchr(colon - name, '.', name));
}

/* The value of the first name=, name: or "name": whose name is like a secret's. */
static const char *named(const char *argument)
{
	static const char separators[] = " \t\n,;&?=:\"'/";

	for (const char *at = argument; (at = strpbrk(at, "=:")); at++) {
		const char *name, *end = at;

		while (end > argument && strchr(" \"'", end[-1]))
			end--;
		for (name = end; name > argument && !strchr(separators, name[-1]);)
			name--;
		if (!at[1] || (*at == ':' && end == at && is_of_host(at, (size_t)(end - name))))
			continue;
		if (names_secret(name, (size_t)(end - name)))
			return at + 1;
	}
	return NULL;
}

/* The first password of a URL, and what comes after it. */
static const char *of_url(const char *argument, const char **after)
{
	for (const char *host = argument; (host = strstr(host, "://"));) {
		const char *at, *colon;

		host += 3;
		at = memrchr(host, '@', strcspn(host, "/"));
		colon = at ? memchr(host, ':', (size_t)(at - host)) : NULL;
		*after = at;
		if (colon)
			return colon + 1;
	}
	return NULL;
}

/* What follows an option with such a name in a command that is one argument: cpw -pw secret. */
static const char *of_command(const char *argument)
{
	size_t length;

	for (const char *word = argument; *word; word += length + (word[length] != 0)) {
		length = strcspn(word, " ");
		if (*word == '-' && word[length] && names_secret(word, length))
			return word + length + 1;
	}
	return NULL;
}

const char *tap_secret_in(const char *argument, const char **after)
{
	const char *secret = named(argument), *within = of_command(argument),
		   *password = of_url(argument, after);

	if (!secret || (within && within < secret))
		secret = within;
	if (!secret || (password && password < secret))
		return password;
	*after = "";
	return secret;
}

/* user:password, as curl has it, and user%password, as Samba's programs do; no URL. */
static const char *of_pair(const char *argument)
{
	const char *mark = strpbrk(argument, ":%");

	return mark && mark[1] && !strstr(argument, "://") ? mark + 1 : NULL;
}

static bool is_short(const char *option)
{
	return option[0] == '-' && option[1] && option[1] != '-';
}

/* alice@EXAMPLE.ORG, by a realm as they are written. */
static bool is_principal(const char *value)
{
	const char *realm = strchr(value, '@');

	return realm && strchr(realm, '.') && !realm[1 + strspn(realm + 1, UPPER DIGITS ".-")];
}

static bool is_path(const char *value)
{
	return *value == '/' || !strncmp(value, "./", 2) || !strncmp(value, "../", 3) ||
	       !strncmp(value, "~/", 2) || tap_is_file(value);
}

/* A number, a host with its port, a path, a principal. */
static bool is_harmless(const char *value)
{
	const char *colon = strchr(value, ':');

	return !*value || is_port(value) || (colon && is_port(colon + 1)) || is_path(value) ||
	       is_principal(value);
}

/* Options of one dash and several letters are words, not a letter with a value. */
static bool is_word(const char *option)
{
	static const char *const words[] = {
		"pass",	    "passwd", "password", "passphrase", "passin", "passout", "path",	  "pid",
		"pidfile",  "policy", "port",	  "prefix",	"print",  "profile", "principal", "progress",
		"protocol", "proxy",  "wait",	  "width",	"window", "workers", "workdir",	  "write",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(option + 1, words[i]))
			return true;
	return false;
}

static bool says_who(const char *name, size_t length)
{
	return has(name, length, "user") || has(name, length, "login");
}

const char *tap_secret_glued(const char *option)
{
	const char *value = strchr(option, '=');

	if (!strncmp(option, "--", 2))
		return value && says_who(option, (size_t)(value - option)) ? of_pair(value + 1) : NULL;
	if (!is_short(option) || !option[2])
		return NULL;
	if (strchr("uU", option[1]))
		return of_pair(option + 2);
	if (!strchr("pPwW", option[1]) || value || is_word(option) || strlen(option + 1) <= FLAGS_MOST ||
	    is_harmless(option + 2))
		return NULL;
	return option + 2;
}

enum tap_secret_next tap_secret_after(const char *option)
{
	size_t length = strlen(option);

	if (*option != '-' || strchr(option, '='))
		return TAP_SECRET_NONE;
	if (is_short(option) && !option[2] && strchr("pPwW", option[1]))
		return TAP_SECRET_UNLESS;
	if (names_secret(option, length))
		return tap_secret_glued(option) ? TAP_SECRET_UNLESS : TAP_SECRET_ALL;
	if (says_who(option, length) || (is_short(option) && !option[2] && strchr("uU", option[1])))
		return TAP_SECRET_PAIR;
	return TAP_SECRET_NONE;
}

const char *tap_secret_there(const char *argument, enum tap_secret_next said)
{
	if (said == TAP_SECRET_ALL)
		return argument;
	if (*argument == '-' || said == TAP_SECRET_NONE)
		return NULL;
	if (said == TAP_SECRET_PAIR)
		return of_pair(argument);
	return is_harmless(argument) ? NULL : argument;
}
