/* SPDX-License-Identifier: MIT */
/*
 * plugin_gone PLUGIN: loads a plugin, asks for a handle of the program itself, unloads the plugin, writes
 * over the memory that this freed, and looks names up. Uses neither GSSAPI nor ZeroMQ.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS 2000

int main(int argc, char **argv)
{
	static void *blocks[BLOCKS];
	void *plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;

	if (!plugin)
		return 2;
	printf("itself %d\n", dlopen(NULL, RTLD_NOW) != NULL);
	printf("unloaded %d\n", dlclose(plugin));
	for (int i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(1160);
		if (blocks[i])
			memset(blocks[i], 0x41, 1160);
	}
	printf("malloc %d\n", dlsym(RTLD_DEFAULT, "malloc") != NULL);
	printf("nothing %d\n", dlsym(RTLD_DEFAULT, "no_such_function") == NULL);
	for (int i = 0; i < BLOCKS; i++)
		free(blocks[i]);
	printf("again %d\n", dlopen(argv[1], RTLD_NOW) != NULL);
	printf("malloc %d\n", dlsym(RTLD_DEFAULT, "malloc") != NULL);
	return 0;
}
