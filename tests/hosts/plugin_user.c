/* SPDX-License-Identifier: MIT */
/*
 * plugin_user local|global|deepbind PLUGIN...: a program that links no GSS library and no libzmq, loads
 * plugins and calls each one's run(), all of them twice, in turn.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *load(const char *path, const char *how)
{
	int scope = !strcmp(how, "global") ? RTLD_GLOBAL : RTLD_LOCAL;
	void *plugin;

	if (!strcmp(how, "deepbind"))
		scope |= RTLD_DEEPBIND;
	plugin = dlopen(path, RTLD_LAZY | scope);
	if (!plugin) {
		puts(dlerror());
		exit(1);
	}
	return plugin;
}

int main(int argc, char **argv)
{
	void *plugins[8];
	int count = argc - 2;

	if (count < 1 || count > 8)
		return 2;
	for (int i = 0; i < count; i++)
		plugins[i] = load(argv[i + 2], argv[1]);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < count; i++)
			((void (*)(void))dlsym(plugins[i], "run"))();
	return 0;
}
