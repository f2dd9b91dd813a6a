/* SPDX-License-Identifier: MIT */
/*
 * The names a realm is made for: users, services, the realm itself.
 *
 * What passes here is written into krb5.conf, given to kadmin.local as a line of text and used as a file
 * name: so only characters that mean nothing to any of them are let through.
 */
#include "tools/realm/realm.h"
#include "tools/base/tool.h"

#include <ctype.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_word(const char *text, size_t len, const char *also)
{
	if (!len || !isalnum((unsigned char)text[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] > 126 ||
		    !(isalnum((unsigned char)text[i]) || strchr(also, text[i])))
			return false;
	return true;
}

int realm_check_name(const char *realm)
{
	if (is_word(realm, strlen(realm), ".-_"))
		return 0;
	tool_error("'%s' is no name for a realm: letters, digits, '.', '-' and '_', such as GSSTAP.TEST",
		   realm);
	return -1;
}

/* Takes over name and host. */
static int add(struct realm_principals *to, char *name, char *host)
{
	struct realm_principal *list;
	char *file = name ? strdup(name) : NULL, *slash;

	for (size_t i = 0; name && i < to->count; i++)
		if (!strcmp(to->list[i].name, name)) {
			free(file);
			free(name);
			free(host);
			return 0;
		}
	list = realloc(to->list, (to->count + 1) * sizeof(*list));
	if (!list || !file) {
		tool_error("out of memory");
		free(file);
		return -1;
	}
	while ((slash = strchr(file, '/')))
		*slash = '@';
	to->list = list;
	list[to->count++] = (struct realm_principal){.name = name, .file = file, .host = host};
	return 0;
}

int realm_add_user(struct realm *realm, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t first = slash ? (size_t)(slash - text) : strlen(text);

	if (!is_word(text, first, "._+-$") || (slash && !is_word(slash + 1, strlen(slash + 1), "._+-$"))) {
		tool_error("'%s' is no user: NAME or NAME/INSTANCE without the realm, of letters, digits and "
			   ". _ + - $",
			   text);
		return -1;
	}
	return add(&realm->users, strdup(text), NULL);
}

/* This machine's name as principals have it: in lower case. */
static const char *host_name(void)
{
	static char name[256];

	if (gethostname(name, sizeof(name) - 1) || !*name)
		return "localhost";
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

/* The host part with %h replaced and in lower case, as krb5_sname_to_principal makes it; NULL when it is
 * none. */
static char *expand_host(const char *text)
{
	char *host = NULL;

	if (!strcmp(text, "%h"))
		return strdup(host_name());
	if (!is_word(text, strlen(text), ".-_:"))
		return NULL;
	host = strdup(text);
	for (char *c = host; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return host;
}

int realm_add_service(struct realm *realm, const char *text)
{
	size_t service = strcspn(text, "@/");
	char *host = text[service] ? expand_host(text + service + 1) : NULL, *name = NULL;

	if (!host || !is_word(text, service, "._-")) {
		tool_error(
			"'%s' is no service: SERVICE@HOST or SERVICE/HOST, such as host@localhost or zmq@%%h",
			text);
		free(host);
		return -1;
	}
	if (asprintf(&name, "%.*s/%s", (int)service, text, host) < 0) {
		free(host);
		return -1;
	}
	return add(&realm->services, name, host);
}

int realm_add_defaults(struct realm *realm)
{
	const struct passwd *me = getpwuid(getuid());
	const char *login = me && is_word(me->pw_name, strlen(me->pw_name), "._+-$") ? me->pw_name : "user";

	if (!realm->users.count && realm_add_user(realm, login))
		return -1;
	if (!realm->services.count)
		return realm_add_service(realm, "host@localhost") || realm_add_service(realm, "host@%h") ? -1
													 : 0;
	return 0;
}

static void free_principals(struct realm_principals *principals)
{
	for (size_t i = 0; i < principals->count; i++) {
		free(principals->list[i].name);
		free(principals->list[i].file);
		free(principals->list[i].host);
	}
	free(principals->list);
	*principals = (struct realm_principals){0};
}

void realm_free_names(struct realm *realm)
{
	free_principals(&realm->users);
	free_principals(&realm->services);
}
