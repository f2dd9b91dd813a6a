/* SPDX-License-Identifier: MIT */
/*
 * fork_unmap PLUGIN [tell]: loads a plugin and unloads it, and forks whenever somebody has just unmapped
 * something, as another thread of its might. Each child looks a name up: what is unmapped is not to be looked
 * at. Prints how many of them failed, and on demand whether there were any.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int armed, children, failed;

int munmap(void *address, size_t size)
{
	int result = (int)syscall(SYS_munmap, address, size), status = -1;
	pid_t child;

	if (!armed)
		return result;
	armed = 0;
	child = fork();
	if (!child)
		_exit(!dlsym(RTLD_DEFAULT, "malloc"));
	waitpid(child, &status, 0);
	children++;
	failed += status != 0;
	armed = 1;
	return result;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	for (int i = 0; i < 3; i++) {
		void *plugin = dlopen(argv[1], RTLD_NOW);

		armed = 1;
		if (!plugin || !dlsym(plugin, "call") || dlclose(plugin))
			return 2;
		armed = 0;
	}
	printf("children that failed: %d\n", failed);
	if (argc > 2)
		printf("there were %s\n", children ? "some" : "none");
	return 0;
}
