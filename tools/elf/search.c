/* SPDX-License-Identifier: MIT */
/*
 * The dynamic loader's search, by its documentation and glibc's elf/dl-load.c; see search.h.
 *
 * Left out: the legacy subdirectories (tls, haswell ...) that glibc 2.37 dropped.
 */
#include "tools/elf/search.h"

#include "tools/elf/object.h"

#include <stdlib.h>
#include <string.h>

#define EXPANDED_MAX 65536

/* As ldconfig marks libraries of this architecture. */
#if defined(__x86_64__)
#define CACHE_FLAGS 0x0303
#elif defined(__aarch64__)
#define CACHE_FLAGS 0x0a03
#else
#define CACHE_FLAGS 0x0003
#endif

void elf_search_open(struct elf_search *search, bool secure)
{
	search->secure = secure;
	elf_loader_ask(&search->loader);
	elf_cache_open(&search->cache, "/etc/ld.so.cache");
}

void elf_search_close(struct elf_search *search)
{
	elf_loader_free(&search->loader);
	elf_cache_close(&search->cache);
}

/* The value of the dynamic string token at text, and its length there; NULL when there is none. */
static const char *token(const struct elf_search *search, const char *text, const char *origin, size_t *len)
{
	const struct {
		const char *name, *value;
	} tokens[] = {{"ORIGIN", origin}, {"LIB", search->loader.lib}, {"PLATFORM", search->loader.platform}};

	for (size_t i = 0; i < sizeof(tokens) / sizeof(*tokens); i++) {
		size_t n = strlen(tokens[i].name);

		if (text[1] == '{' && !strncmp(text + 2, tokens[i].name, n) && text[2 + n] == '}')
			*len = n + 3;
		else if (!strncmp(text + 1, tokens[i].name, n) &&
			 !(text[1 + n] == '_' || (text[1 + n] >= 'A' && text[1 + n] <= 'Z') ||
			   (text[1 + n] >= 'a' && text[1 + n] <= 'z') ||
			   (text[1 + n] >= '0' && text[1 + n] <= '9')))
			*len = n + 1;
		else
			continue;
		return tokens[i].value;
	}
	return NULL;
}

char *elf_search_expand(const struct elf_search *search, const char *text, const char *origin)
{
	/* A list may have as many items as bytes: what has nothing to expand costs its own length. */
	size_t used = 0, len, room = strchr(text, '$') ? EXPANDED_MAX : strnlen(text, EXPANDED_MAX - 1) + 1;
	char *out = must_calloc(1, room);

	while (*text && used < room - 1) {
		const char *value = *text == '$' ? token(search, text, origin, &len) : NULL;

		if (value) {
			size_t n = strnlen(value, room - 1 - used);

			memcpy(out + used, value, n);
			used += n;
			text += len;
		} else {
			out[used++] = *text++;
		}
	}
	return out;
}

/* Would the loader take this file? It passes over other architectures only; a damaged file is an error there.
 */
static bool acceptable(const char *path)
{
	char error[80];
	struct elf_file *file = elf_file_open(path, error, sizeof(error));
	bool yes = file && elf_object_native(file);

	elf_file_close(file);
	return yes;
}

static char *try_directory(const struct elf_search *search, const char *directory, const char *name)
{
	char *path;

	for (size_t i = 0; i < search->loader.levels.count; i++) {
		path = must_format("%s/glibc-hwcaps/%s/%s", directory, search->loader.levels.items[i], name);
		if (acceptable(path))
			return path;
		free(path);
	}
	path = must_format("%s/%s", directory, name);
	if (acceptable(path))
		return path;
	free(path);
	return NULL;
}

static char *search_split(const struct elf_search *search, const char *list, const char *separators,
			  const char *origin, const char *name)
{
	char *found = NULL;

	for (bool more = true; more && !found;) {
		size_t len = strcspn(list, separators);
		char *item = must_format("%.*s", (int)len, list);
		char *directory = elf_search_expand(search, item, origin);

		/* An empty item is the working directory. */
		found = try_directory(search, *directory ? directory : ".", name);
		free(item);
		free(directory);
		more = list[len];
		list += len + more;
	}
	return found;
}

char *elf_search_list(const struct elf_search *search, const char *list, const char *origin, const char *name)
{
	return *list ? search_split(search, list, ":", origin, name) : NULL;
}

char *elf_search_environment(const struct elf_search *search, const char *origin, const char *name)
{
	const char *list = getenv("LD_LIBRARY_PATH");

	return !search->secure && list && *list ? search_split(search, list, ":;", origin, name) : NULL;
}

char *elf_search_cache(const struct elf_search *search, const char *name, bool no_defaults)
{
	const char *path = elf_cache_find(&search->cache, name, CACHE_FLAGS, &search->loader.levels);

	for (size_t i = 0; path && no_defaults && i < search->loader.directories.count; i++) {
		size_t len = strlen(search->loader.directories.items[i]);

		if (!strncmp(path, search->loader.directories.items[i], len) && path[len] == '/' &&
		    !strchr(path + len + 1, '/'))
			return NULL;
	}
	return path && acceptable(path) ? must_strdup(path) : NULL;
}

char *elf_search_defaults(const struct elf_search *search, const char *name)
{
	char *found = NULL;

	for (size_t i = 0; i < search->loader.directories.count && !found; i++)
		found = try_directory(search, search->loader.directories.items[i], name);
	return found;
}
