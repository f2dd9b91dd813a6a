/* SPDX-License-Identifier: MIT */
/* The common words of checks; see words.h. */
#include "tools/doctor/words.h"

#include "tools/doctor/database.h"
#include "tools/base/list.h"
#include "tools/names/names.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOCAL "kadmin.local"

char *words_enctype(int32_t enctype)
{
	const char *name = enctype >= 0 ? name_of(TR_TYPE_ENCTYPE, (uint64_t)enctype) : NULL;

	return name ? must_strdup(name) : must_format("encryption type %d", enctype);
}

char *words_enctypes(const int32_t *enctypes, size_t count)
{
	char *all = NULL;

	for (size_t i = 0; i < count; i++) {
		char *one = words_enctype(enctypes[i]), *before = all;

		all = before ? must_format("%s, %s", before, one) : must_strdup(one);
		free(before);
		free(one);
	}
	return all ? all : must_strdup("none");
}

char *words_time(int64_t seconds)
{
	char text[32] = "?";
	time_t time = seconds;
	struct tm parts;

	if (gmtime_r(&time, &parts))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%SZ", &parts);
	return must_strdup(text);
}

char *words_span(int64_t seconds)
{
	long long s = seconds < 0 ? -seconds : seconds;

	if (s < 120)
		return must_format("%lld s", s);
	if (s < 7200)
		return must_format("%lld min", s / 60);
	if (s < 48 * 3600)
		return must_format("%lld h %lld min", s / 3600, s / 60 % 60);
	return must_format("%lld days", s / 86400);
}

char *words_user(uid_t user)
{
	const struct passwd *entry = getpwuid(user);

	return entry ? must_strdup(entry->pw_name) : must_format("%u", (unsigned)user);
}

void words_file(struct lines *lines, const struct probe_file *file)
{
	char mode[8], *owner;

	line_text(lines, "file", file->path);
	if (!file->exists)
		return;
	owner = words_user(file->owner);
	line_text(lines, "owner", owner);
	snprintf(mode, sizeof(mode), "%04o", (unsigned)file->mode);
	line_text(lines, "mode", mode);
	free(owner);
}

bool words_irregular(struct lines *lines, const struct probe_file *file)
{
	if (!file->exists || file->regular)
		return false;
	line_is(lines, LINE_FAIL);
	line_say(lines, "%s is no regular file", file->path);
	line_remedy(lines, "name another");
	return true;
}

void words_denied(struct lines *lines, const struct probe_file *file)
{
	char *user = words_user(geteuid()), *owner = words_user(file->owner);
	char *path = line_word(file->path), *word = line_word(user);

	if (!file->exists) {
		line_say(lines, "this user, %s, may not look into the directory of %s", user, file->path);
		line_remedy(lines, "let %s into the directory, or run the program as a user who may", user);
	} else {
		line_say(lines, "%s belongs to %s, has mode %04o and cannot be read by this user, %s",
			 file->path, owner, (unsigned)file->mode, user);
		line_remedy(lines, "run the program as %s, or give the file to the user it runs as:", owner);
		line_command(lines, "chown %s %s && chmod 600 %s", word, path, path);
	}
	free(user);
	free(owner);
	free(path);
	free(word);
}

char *words_file_cache(uid_t user)
{
	return must_format("FILE:/tmp/krb5cc_%u.file", (unsigned)user);
}

void words_kinit(struct lines *lines, const struct evidence *evidence)
{
	const char *realm = evidence->config.default_realm;
	char *who = evidence->client ? must_strdup(evidence->client)
				     : must_format("USER@%s", realm ? realm : "REALM");
	char *word = line_word(who), *file;

	if (evidence->with_cache && !probe_ccache_takes(&evidence->cache)) {
		file = words_file_cache(geteuid());
		line_remedy(lines, "kinit gets none into %s: name a file, for the program as well:",
			    evidence->cache.name);
		line_command(lines, "export KRB5CCNAME=%s", file);
		free(file);
	}
	line_command(lines, "kinit %s", word);
	free(word);
	free(who);
}

char *words_kadmin_word(const char *text)
{
	char *word, *at;

	if (*text && !strpbrk(text, " \t\""))
		return must_strdup(text);
	word = at = must_calloc(2, strlen(text) + 2);
	*at++ = '"';
	for (; *text; text++) {
		if (*text == '"')
			*at++ = '"';
		*at++ = *text;
	}
	*at = '"';
	return word;
}

/* NULL: the default one. */
static const char *realm_of(const char *principal)
{
	const char *at = strrchr(principal, '@');

	return at && at[1] && (at == principal || at[-1] != '\\') ? at + 1 : NULL;
}

static char *with_realm(const char *command, const char *principal)
{
	const char *realm = realm_of(principal);
	char *word, *all;

	if (!realm || probe_database_default(realm))
		return must_strdup(command);
	word = line_word(realm);
	all = must_format("%s -r %s", command, word);
	free(word);
	return all;
}

char *words_kadmin_command(const char *principal)
{
	return with_realm(probe_database_here(realm_of(principal)) ? LOCAL : "kadmin", principal);
}

char *words_kadmin_there(const char *principal)
{
	return with_realm("kadmin", principal);
}

const char words_new_key[] = "all keytabs with the old one are of no use then, and clients need new tickets "
			     "(kinit)";

const char *words_extract_keys(const char *kadmin)
{
	return !strncmp(kadmin, LOCAL, strlen(LOCAL))
		       ? NULL
		       : "kadmin needs the privilege extract-keys for -norandkey, and kadmin.local, "
			 "on the KDC's machine, does not; without it a new key is made, and all "
			 "keytabs with the old one are of no use any more";
}

void words_kadmin(struct lines *lines, const char *request, const char *principal)
{
	words_kadmin_of(lines, request, principal, "");
}

void words_kadmin_of(struct lines *lines, const char *request, const char *principal, const char *rest)
{
	char *name = words_kadmin_word(principal), *all = must_format("%s %s%s", request, name, rest),
	     *word = line_word(all), *command = words_kadmin_command(principal);

	line_command(lines, "%s -q %s", command, word);
	free(command);
	free(word);
	free(all);
	free(name);
}

static const char *keytab_path(const struct evidence *evidence)
{
	return evidence->keytab.file.path ? evidence->keytab.file.path : evidence->keytab.name;
}

void words_ktadd(struct lines *lines, const struct evidence *evidence, const char *principal)
{
	char *file = words_kadmin_word(keytab_path(evidence)),
	     *request = must_format("ktadd -norandkey -k %s", file),
	     *kadmin = words_kadmin_command(principal);
	const char *network = words_extract_keys(kadmin);

	line_remedy(lines, "-norandkey: the key stays as it is, and so do the other keytabs that have it%s%s",
		    network ? "; " : "", network ? network : "");
	words_kadmin(lines, request, principal);
	free(kadmin);
	free(request);
	free(file);
}

void words_ktadd_new(struct lines *lines, const struct evidence *evidence, const char *principal,
		     int32_t enctype)
{
	char *file = words_kadmin_word(keytab_path(evidence)), *type = words_enctype(enctype),
	     *request = must_format("ktadd -e %s:normal -k %s", type, file);

	words_kadmin(lines, request, principal);
	free(request);
	free(type);
	free(file);
}

char *words_set_aside(const char *command, const char *path)
{
	char *word = line_word(path),
	     *all = must_format("%s --backup=numbered %s %s.old", command, word, word);

	free(word);
	return all;
}

char *words_ktremove_command(const char *kadmin, const char *path, const char *principal, const char *kvno)
{
	char *name = words_kadmin_word(principal), *file = words_kadmin_word(path),
	     *request = must_format("ktremove -k %s %s %s", file, name, kvno), *word = line_word(request),
	     *all = must_format("%s -q %s", kadmin, word);

	free(word);
	free(request);
	free(file);
	free(name);
	return all;
}

void words_ktremove(struct lines *lines, const struct evidence *evidence, const char *principal,
		    uint32_t kvno)
{
	const char *path = keytab_path(evidence);
	char *version = must_format("%u", kvno), *kadmin = words_kadmin_command(principal),
	     *aside = words_set_aside("cp -p", path),
	     *request = words_ktremove_command(kadmin, path, principal, version);

	line_command(lines, "%s", aside);
	line_command(lines, "%s", request);
	free(request);
	free(aside);
	free(kadmin);
	free(version);
}

const char *words_config_file(const struct probe_config *config)
{
	const char *path = "/etc/krb5.conf";

	for (size_t i = 0; i < config->count; i++)
		if (!config->files[i].file.error || config->count == 1)
			path = config->files[i].file.path;
	return path;
}
