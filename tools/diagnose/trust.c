/* SPDX-License-Identifier: MIT */
/*
 * What a trace can make of libkrb5, which doctor asks as the traced process would have: a krb5.conf names
 * libraries to be loaded ("module", [plugins]) and other files to be read; a name of a ticket cache makes
 * keyrings (KEYRING). So a krb5.conf that is not the caller's own setting must belong
 * to root or to the caller, who alone can write it, and say nothing of the kind; and of names only files are
 * opened. That they are regular files, and that no directory is made (DIR), is seen to by the probes.
 */
#include "tools/diagnose/trust.h"
#include "tools/diagnose/trust_path.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_MOST (256 * 1024) /* bytes of a krb5.conf */

/* A line that makes libkrb5 load or read something else. As libprofile: spaces first, then a comment's sign.
 */
static bool leads_on(const char *line)
{
	line += strspn(line, " \t\r\v\f");
	if (*line == '#' || *line == ';')
		return false;
	return !strncasecmp(line, "include", strlen("include")) || strcasestr(line, "module") ||
	       strcasestr(line, "plugin");
}

static const char *text_trouble(char *text, size_t length)
{
	char *save = NULL;

	if (memchr(text, 0, length))
		return "is no text";
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (leads_on(line))
			return "has libkrb5 load a module or read further files";
	return NULL;
}

static const char *content_trouble(int fd)
{
	char *text = must_calloc(1, CONFIG_MOST + 1);
	ssize_t length = 0, n = 1;
	const char *trouble;

	while (n > 0 && length < CONFIG_MOST) {
		n = read(fd, text + length, (size_t)(CONFIG_MOST - length));
		length += n > 0 ? n : 0;
	}
	trouble = n < 0			  ? "cannot be read"
		  : length == CONFIG_MOST ? "is too long for a krb5.conf"
					  : text_trouble(text, (size_t)length);
	free(text);
	return trouble;
}

/* A file that is not there sets nothing. */
static const char *file_trouble(const char *path)
{
	struct stat about;
	const char *trouble;
	int fd;

	if (*path != '/')
		return "is relative to where the process ran";
	/* Asked first: opening alone has effects on a device. */
	if (stat(path, &about))
		return NULL;
	if (!S_ISREG(about.st_mode))
		return "is no file";
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL; /* nor can libkrb5 */
	if (fstat(fd, &about) || !S_ISREG(about.st_mode))
		trouble = "is no file";
	else if (about.st_uid && about.st_uid != geteuid())
		trouble = "is neither yours nor root's";
	else if (about.st_mode & 022)
		trouble = "can be written by others";
	else if (!trust_path(path))
		trouble = "others can put another file in the place of";
	else
		trouble = content_trouble(fd);
	close(fd);
	return trouble;
}

const char *trust_not_config(struct diagnose_case *c, const struct model_talk *talk)
{
	const char *set = talk_setting(c, talk, TR_F_KRB5_CONFIG), *ours = getenv("KRB5_CONFIG");
	const char *trouble = NULL;
	char *list, *save = NULL;

	/* The caller's own is the caller's choice. */
	if (!set || (ours && !strcmp(ours, set)))
		return NULL;
	list = must_strdup(set);
	for (char *path = strtok_r(list, ":", &save); path && !trouble; path = strtok_r(NULL, ":", &save)) {
		trouble = file_trouble(path);
		if (trouble)
			trouble = case_format(c,
					      "the trace names %s as KRB5_CONFIG, which %s; if you trust it, "
					      "set KRB5_CONFIG to that yourself",
					      path, trouble);
	}
	free(list);
	return trouble;
}

static const char *path_trouble(struct diagnose_case *c, const char *path)
{
	return *path == '/' ? NULL : case_format(c, "%s is relative to where the process ran", path);
}

const char *trust_not_keytab(struct diagnose_case *c, const struct model_talk *talk, const char *name,
			     enum tr_field_id variable)
{
	if (!name)
		name = talk_setting(c, talk, variable);
	if (!name)
		return NULL;
	if (!strncmp(name, "FILE:", 5))
		return path_trouble(c, name + 5);
	if (!strncmp(name, "WRFILE:", 7))
		return path_trouble(c, name + 7);
	if (!strncmp(name, "MEMORY:", 7))
		return case_format(c, "%s was in the process's memory alone", name);
	if (*name != '/' && strchr(name, ':'))
		return case_format(c, "%s is no file", name);
	return path_trouble(c, name);
}

/* Nothing names one: it is the default, which depends on the user. */
static const char *of_another(struct diagnose_case *c, const struct model_talk *talk)
{
	if (!talk->process->uid_known || talk->process->uid == geteuid())
		return NULL;
	return case_format(c, "it is the default of uid %u: run doctor as that user", talk->process->uid);
}

const char *trust_not_ccache(struct diagnose_case *c, const struct model_talk *talk, const char *name)
{
	const char *ours = getenv("KRB5CCNAME");

	if (!name)
		name = talk_setting(c, talk, TR_F_KRB5CCNAME);
	if (!name)
		return of_another(c, talk);
	if (ours && !strcmp(ours, name))
		return NULL;
	if (!strncmp(name, "FILE:", 5))
		return path_trouble(c, name + 5);
	if (!strncmp(name, "DIR:", 4))
		return path_trouble(c, name + 4 + (name[4] == ':'));
	if (!strncmp(name, "MEMORY:", 7))
		return case_format(c, "%s was in the process's memory alone", name);
	if (!strncmp(name, "KCM:", 4))
		return of_another(c, talk);
	if (*name != '/' && strchr(name, ':'))
		return case_format(c, "%s is looked at only where KRB5CCNAME says so for doctor as well",
				   name);
	return path_trouble(c, name);
}
