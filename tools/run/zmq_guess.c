/* SPDX-License-Identifier: MIT */
/*
 * Guesses what a script loads; see run_zmq_guess.h. Only the first package that an interpreter would find is
 * taken, with all objects in it that this machine could load: which of them it will be is the package's
 * secret.
 */
#include "tools/run/zmq_guess.h"

#include "tools/base/path.h"
#include "tools/elf/calls.h"
#include "tools/elf/reach.h"
#include "tools/elf/report.h"

#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PACKAGE_FILES_MAX 20000

/* Could the loader of this machine load it, and does it call libzmq? */
static bool is_candidate(const char *path)
{
	char error[160];
	struct elf_file *file = elf_file_open(path, error, sizeof(error));
	struct elf_object *object = file && elf_object_native(file) ? elf_object_read(file) : NULL;
	bool calls = false;

	elf_file_close(file);
	for (size_t i = 0; object && i < object->symbols.count && !calls; i++)
		calls = elf_call_is(object->symbols.items[i].name, "zmq");
	/* It may have one inside, all names hidden or gone. */
	if (object && !calls)
		calls = object->hints.zap || elf_built_in(object, false, "zmq", NULL);
	/* Packages hold builds for other C libraries, too. */
	for (size_t i = 0; calls && i < object->needed.count; i++)
		calls = strncmp(object->needed.items[i], "libc.musl-", 10);
	elf_object_free(object);
	return calls;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	return len > end && !strcmp(name + len - end, suffix);
}

/* The candidates below the package's directory; false when there is no such directory. */
static bool take_package(struct list *objects, const char *directory, const char *name, const char *suffix)
{
	char *joined = must_format("%s/%s", *directory ? directory : ".", name),
	     *package = realpath(joined, NULL);
	char *roots[] = {package, NULL};
	FTS *files = package ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	FTSENT *file;

	for (size_t i = 0; files && i < PACKAGE_FILES_MAX && (file = fts_read(files)); i++)
		if (file->fts_info == FTS_F && has_suffix(file->fts_name, suffix) &&
		    is_candidate(file->fts_path))
			list_add(objects, file->fts_path);
	if (files)
		fts_close(files);
	free(joined);
	free(package);
	return files != NULL;
}

/* The same in one of the directories of a list such as PATH. */
static bool take_listed(struct list *objects, const char *list, const char *name, const char *suffix)
{
	bool taken = false;

	while (list && *list && !taken) {
		size_t len = strcspn(list, ":");
		char *directory = must_format("%.*s", (int)len, list);

		taken = take_package(objects, directory, name, suffix);
		free(directory);
		list += len + (list[len] != 0);
	}
	return taken;
}

/* Cuts the last part off; false when none is left. */
static bool cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		return false;
	*slash = 0;
	return true;
}

/* The directory of the script, without links: of the #! line's, else of the first argument that is no option;
 * the working directory where that is no file. A new string. */
static char *script_directory(const struct elf_chain *chain, char **argv)
{
	const char *script = chain->count ? chain->steps[0].script : NULL;
	char *path;

	for (size_t i = 1; argv[0] && argv[i] && !script; i++)
		if (argv[i][0] != '-')
			script = argv[i];
	path = script ? realpath(script, NULL) : NULL;
	if (path)
		cut_last(path);
	else
		path = realpath(".", NULL);
	return path ? path : must_strdup("");
}

/* Node looks in node_modules beside the script, and in all directories above it. */
static void guess_node(struct list *objects, char *directory)
{
	do
		if (take_package(objects, *directory ? directory : "/", "node_modules/zeromq", ".node"))
			return;
	while (cut_last(directory));
	take_listed(objects, getenv("NODE_PATH"), "zeromq", ".node");
}

/* Python looks beside the script, then where it is told to, at last below its own prefix, which for a virtual
 * environment is that of the link it was started by. */
static void guess_python(struct list *objects, const char *directory, const char *program)
{
	const char *home = getenv("HOME");
	char *prefix = must_strdup(program), *real = realpath(program, NULL), *list;
	const char *version = path_base(real ? real : program);

	if (!cut_last(prefix) || !cut_last(prefix))
		*prefix = 0;
	list = must_format(
		"%s/lib/%s/site-packages:%s/.local/lib/%s/site-packages:%s/local/lib/%s/dist-packages:"
		"%s/lib/python3/dist-packages",
		prefix, version, home ? home : "", version, prefix, version, prefix);
	if (!take_package(objects, directory, "zmq", ".so") &&
	    !take_listed(objects, getenv("PYTHONPATH"), "zmq", ".so"))
		take_listed(objects, list, "zmq", ".so");
	free(list);
	free(real);
	free(prefix);
}

void run_zmq_guess(struct list *objects, const struct elf_chain *chain, char **argv)
{
	const char *name = path_base(chain->program);
	char *directory = script_directory(chain, argv);

	if (!strcmp(name, "node") || !strcmp(name, "nodejs"))
		guess_node(objects, directory);
	else if (!strncmp(name, "python", 6))
		guess_python(objects, directory, chain->program);
	free(directory);
}
