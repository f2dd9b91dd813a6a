/* SPDX-License-Identifier: MIT */
/*
 * plugin_user local|global|deepbind|starved PLUGIN...: a program that links no GSS library and no libzmq,
 * loads plugins and calls each one's run(), all of them twice, in turn. starved: deepbind, and there is no
 * memory between loading and calling.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static void *load(const char *path, const char *how)
{
	int scope = !strcmp(how, "global") ? RTLD_GLOBAL : RTLD_LOCAL;
	void *plugin;

	if (!strcmp(how, "deepbind") || !strcmp(how, "starved"))
		scope |= RTLD_DEEPBIND;
	plugin = dlopen(path, RTLD_LAZY | scope);
	if (!plugin) {
		puts(dlerror());
		exit(1);
	}
	return plugin;
}

static void limit_memory(rlim_t most)
{
	setrlimit(RLIMIT_AS, &(struct rlimit){most, RLIM_INFINITY});
}

int main(int argc, char **argv)
{
	void *plugins[8];
	void (*run[8])(void);
	int count = argc - 2;

	if (count < 1 || count > 8)
		return 2;
	for (int i = 0; i < count; i++)
		plugins[i] = load(argv[i + 2], argv[1]);
	if (!strcmp(argv[1], "starved"))
		limit_memory(4096);
	for (int i = 0; i < count; i++)
		run[i] = (void (*)(void))dlsym(plugins[i], "run");
	limit_memory(RLIM_INFINITY);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < count; i++)
			run[i]();
	return 0;
}
