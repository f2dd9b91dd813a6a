/* SPDX-License-Identifier: MIT */
/*
 * spawn COUNT PROGRAM ARG...: starts PROGRAM that often, one after the other, and prints the median of the
 * times from before its start to after its end, in microseconds. What the environment preloads is part of
 * that.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[1]) : 0;
	double *each = calloc((size_t)count + 1, sizeof(*each));

	for (int i = 0; i < count; i++) {
		double start = now_us();
		pid_t child;
		int status;

		if (posix_spawnp(&child, argv[2], NULL, NULL, argv + 2, environ) ||
		    waitpid(child, &status, 0) != child)
			return 1;
		each[i] = now_us() - start;
	}
	qsort(each, (size_t)count, sizeof(*each), ascending);
	printf("%.1f\n", each[count / 2]);
	free(each);
	return 0;
}
