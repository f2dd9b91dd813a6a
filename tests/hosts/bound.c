/* SPDX-License-Identifier: MIT */
/*
 * bound PLUGIN: loads libzmq for all to see, then a plugin that refers to it without being linked with it,
 * calls it, closes libzmq, and goes on calling: what the plugin is bound to stays, and goes with the plugin.
 */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	void *library = dlopen("libzmq.so.5", RTLD_LAZY | RTLD_GLOBAL);
	void *plugin = argc == 2 ? dlopen(argv[1], RTLD_LAZY | RTLD_LOCAL) : NULL;
	void *(*begin)(void);
	int (*end)(void *);
	void *context;

	if (!library || !plugin)
		return 2;
	begin = (void *(*)(void))dlsym(plugin, "begin");
	end = (int (*)(void *))dlsym(plugin, "end");
	context = begin();
	printf("closed %d\n", dlclose(library));
	printf("ended %d\n", end(context));
	printf("closed %d\n", dlclose(plugin));
	printf("still there %d\n", dlopen("libzmq.so.5", RTLD_LAZY | RTLD_NOLOAD) != NULL);
	return 0;
}
