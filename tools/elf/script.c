/* SPDX-License-Identifier: MIT */
/*
 * Follows #! lines; see script.h. The kernel (fs/binfmt_script.c) looks at the first 256 bytes, takes the
 * first word as the interpreter and all the rest as one argument, and goes five scripts deep.
 */
#include "tools/elf/script.h"

#include "tools/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_BYTES 256
#define DEPTH_MAX 5

/* A new string, or NULL. */
static char *which(const char *name, const char *list)
{
	char path[PATH_MAX];

	if (*name && strchr(name, '/')) /* what is wrong with it is found when it is read */
		return must_strdup(name);
	return path_program(name, list, path, sizeof(path)) ? NULL : must_strdup(path);
}

/* The #! line of a file: its interpreter and argument ("" for none) in line. 1: there is one; 0: no script;
 * -1: errno. */
static int read_line(const char *path, char line[LINE_BYTES + 1], char **interpreter, char **argument)
{
	struct stat status;
	ssize_t n = -1;
	char *end;
	int fd;

	if (stat(path, &status))
		return -1;
	if (!S_ISREG(status.st_mode)) {
		errno = S_ISDIR(status.st_mode) ? EISDIR : EACCES;
		return -1;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0) {
		n = read(fd, line, LINE_BYTES);
		close(fd);
	}
	if (n < 0)
		return -1;
	line[n] = 0;
	if (line[0] != '#' || line[1] != '!')
		return 0;
	line[strcspn(line, "\n")] = 0;
	*interpreter = line + 2 + strspn(line + 2, " \t");
	end = line + strlen(line);
	while (end > *interpreter && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = 0;
	*argument = *interpreter + strcspn(*interpreter, " \t");
	if (**argument)
		*(*argument)++ = 0;
	*argument += strspn(*argument, " \t");
	return 1;
}

/* The words of env -S: blanks separate, quotes hold together, a backslash takes the next byte. ${VAR} stays
 * as it is: no program is called that. */
static void split(const char *text, struct list *words)
{
	char *word = must_calloc(1, strlen(text) + 1);

	while (*(text += strspn(text, " \t"))) {
		size_t len = 0;

		for (char quote = 0; *text && (quote || (*text != ' ' && *text != '\t')); text++) {
			if (quote ? *text == quote : *text == '\'' || *text == '"')
				quote = quote ? 0 : *text;
			else if (*text == '\\' && quote != '\'' && text[1])
				word[len++] = *++text;
			else
				word[len++] = *text;
		}
		word[len] = 0;
		list_add(words, word);
	}
	free(word);
}

/* The argument of #!/usr/bin/env as env's own words: only -S makes more than one of it. */
static void env_words(const char *argument, struct list *words)
{
	size_t flags = *argument == '-' ? 1 + strspn(argument + 1, "i0v") : 0;

	if (!strncmp(argument, "--split-string=", 15)) {
		split(argument + 15, words);
	} else if (flags && argument[flags] == 'S') {
		if (flags > 1)
			list_take(words, must_format("%.*s", (int)flags, argument));
		split(argument + flags + 1, words);
	} else if (*argument) {
		list_add(words, argument);
	}
}

/* Does an option of env make it drop LD_PRELOAD? next is the word after it, "" for none. */
static bool drops_preload(const char *word, const char *next)
{
	const char *cluster = word + 1;

	if (!strcmp(word, "-") || !strcmp(word, "--ignore-environment"))
		return true;
	if (strchr(cluster, 'i') && !cluster[strspn(cluster, "i0v")])
		return true;
	if (!strcmp(word, "-u") || !strcmp(word, "--unset"))
		return !strcmp(next, "LD_PRELOAD");
	return !strcmp(word, "-uLD_PRELOAD") || !strcmp(word, "--unset=LD_PRELOAD");
}

static bool takes_value(const char *word)
{
	return !strcmp(word, "-u") || !strcmp(word, "--unset") || !strcmp(word, "-C") ||
	       !strcmp(word, "--chdir");
}

/* The program that env would start, a new string, or NULL. */
static char *env_program(const char *argument, struct elf_chain *chain)
{
	struct list words = {0};
	const char *path = NULL;
	char *found = NULL;
	size_t i = 0;

	env_words(argument, &words);
	for (; i < words.count; i++) {
		const char *word = words.items[i];

		if (*word == '-') {
			chain->drops_preload |=
				drops_preload(word, i + 1 < words.count ? words.items[i + 1] : "");
			i += takes_value(word);
		} else if (strchr(word, '=')) {
			if (!strncmp(word, "LD_PRELOAD=", 11))
				chain->drops_preload = true;
			if (!strncmp(word, "PATH=", 5))
				path = word + 5;
		} else {
			break;
		}
	}
	if (i < words.count)
		found = which(words.items[i], path);
	if (!found)
		chain->problem = i < words.count
					 ? must_format("env finds no program '%s' in PATH", words.items[i])
					 : must_strdup("env is given no program to run");
	list_free(&words);
	return found;
}

static void step(struct elf_chain *chain, const char *script, const char *interpreter)
{
	chain->steps = must_grow(chain->steps, chain->count, sizeof(*chain->steps));
	chain->steps[chain->count++] = (struct elf_step){must_strdup(script), must_strdup(interpreter)};
}

void elf_script_follow(const char *path, struct elf_chain *chain)
{
	char line[LINE_BYTES + 1], *interpreter, *argument, *at = must_strdup(path), *next;
	int is_script;

	*chain = (struct elf_chain){0};
	while ((is_script = read_line(at, line, &interpreter, &argument)) > 0 && chain->count < DEPTH_MAX) {
		if (!*interpreter) {
			chain->problem = must_format("the #! line of %s names no interpreter", at);
			break;
		}
		next = strcmp(path_base(interpreter), "env") ? must_strdup(interpreter)
							     : env_program(argument, chain);
		if (!next)
			break;
		step(chain, at, next);
		free(at);
		at = next;
	}
	if (is_script < 0)
		chain->problem = must_format("%s: %s", at, strerror(errno));
	else if (is_script > 0 && !chain->problem)
		chain->problem = must_format("%s: scripts are interpreted by scripts more than %d deep", path,
					     DEPTH_MAX);
	if (chain->problem)
		free(at);
	else
		chain->program = at;
}

void elf_chain_free(struct elf_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		free(chain->steps[i].script);
		free(chain->steps[i].interpreter);
	}
	free(chain->steps);
	free(chain->program);
	free(chain->problem);
	*chain = (struct elf_chain){0};
}
