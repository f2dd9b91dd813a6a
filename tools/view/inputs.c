/* SPDX-License-Identifier: MIT */
/*
 * See inputs.h. A file is what its device and inode say, so that one that is named twice is read once. New
 * files are announced by inotify, so that an idle directory costs nothing however many there are.
 */
#include "tools/view/inputs.h"

#include "tools/base/table.h"
#include "tools/base/tool.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define SUFFIX ".pcapng"

struct key {
	uint64_t device, inode;
};

struct input {
	struct table_entry entry;
	struct key key;
};

struct directory {
	char *path;
	int watch;
};

struct inputs {
	struct show *show;
	struct table files;
	struct directory *directories;
	size_t count;
	int inotify; /* -1: nothing is watched */
};

struct inputs *inputs_new(struct show *show)
{
	struct inputs *inputs = calloc(1, sizeof(*inputs));

	if (inputs)
		*inputs = (struct inputs){.show = show, .inotify = -1};
	return inputs;
}

static void release(struct table_entry *entry)
{
	free(entry);
}

void inputs_free(struct inputs *inputs)
{
	if (!inputs)
		return;
	for (size_t i = 0; i < inputs->count; i++)
		free(inputs->directories[i].path);
	free(inputs->directories);
	table_free(&inputs->files, release);
	if (inputs->inotify >= 0)
		close(inputs->inotify);
	free(inputs);
}

static bool same(const struct table_entry *entry, const void *key)
{
	return !memcmp(&((const struct input *)entry)->key, key, sizeof(struct key));
}

static struct key key_of(const struct stat *status)
{
	return (struct key){status->st_dev, status->st_ino};
}

bool inputs_hold(const struct inputs *inputs, const struct stat *status)
{
	struct key key = key_of(status);

	return table_find(&inputs->files, table_hash(&key, sizeof(key)), same, &key);
}

size_t inputs_count(const struct inputs *inputs)
{
	return inputs->files.count;
}

static int no_memory(void)
{
	tool_error("no memory");
	return -1;
}

static int add_file(struct inputs *inputs, const char *path)
{
	struct stat status;
	struct input *input;

	/* What cannot be looked at the reader complains about. */
	if (stat(path, &status))
		return show_add(inputs->show, path);
	if (inputs_hold(inputs, &status))
		return 0;
	if (show_add(inputs->show, path))
		return -1;
	input = calloc(1, sizeof(*input));
	if (!input)
		return no_memory();
	input->key = key_of(&status);
	if (table_add(&inputs->files, &input->entry, table_hash(&input->key, sizeof(input->key))))
		return 0;
	free(input);
	return no_memory();
}

static bool is_trace_name(const char *name)
{
	size_t length = strlen(name);

	return length > strlen(SUFFIX) && !strcmp(name + length - strlen(SUFFIX), SUFFIX);
}

static int add_in(struct inputs *inputs, const char *directory, const char *name)
{
	char *path;
	int failed;

	if (!is_trace_name(name))
		return 0;
	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return no_memory();
	failed = add_file(inputs, path);
	free(path);
	return failed;
}

static int is_trace(const struct dirent *entry)
{
	return is_trace_name(entry->d_name);
}

/* Before it is read, so that nothing that appears meanwhile is missed. */
static int watch(struct inputs *inputs, const char *path)
{
	struct directory *more = reallocarray(inputs->directories, inputs->count + 1, sizeof(*more));
	struct directory directory = {.path = strdup(path)};

	if (more)
		inputs->directories = more;
	if (inputs->inotify < 0)
		inputs->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (more && directory.path && inputs->inotify >= 0)
		directory.watch =
			inotify_add_watch(inputs->inotify, path, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
	if (!more || !directory.path || inputs->inotify < 0 || directory.watch < 0) {
		tool_error("%s cannot be watched: %s", path, strerror(errno));
		free(directory.path);
		return -1;
	}
	more[inputs->count++] = directory;
	return 0;
}

static int add_directory(struct inputs *inputs, const char *path, bool follow)
{
	struct dirent **entries;
	int failed = follow ? watch(inputs, path) : 0, count = scandir(path, &entries, is_trace, alphasort);

	if (count < 0) {
		tool_error("%s: %s", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		failed |= add_in(inputs, path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (count || follow)
		return failed;
	tool_error("%s: no *%s in this directory", path, SUFFIX);
	return -1;
}

int inputs_add_one(struct inputs *inputs, const char *argument, bool follow)
{
	struct stat status;

	if (!strcmp(argument, "-")) {
		tool_error("-: a trace is read in place, not from standard input: write it to a file first");
		return -1;
	}
	if (!stat(argument, &status) && S_ISDIR(status.st_mode))
		return add_directory(inputs, argument, follow);
	return add_file(inputs, argument);
}

int inputs_add(struct inputs *inputs, char **arguments, bool follow)
{
	int failed = 0;

	for (char **argument = arguments; *argument; argument++)
		failed |= inputs_add_one(inputs, *argument, follow);
	return failed;
}

static int add_news(struct inputs *inputs, const struct inotify_event *event)
{
	int failed = 0;

	for (size_t i = 0; i < inputs->count; i++) {
		const struct directory *directory = &inputs->directories[i];

		if (event->mask & IN_Q_OVERFLOW) /* some were not announced */
			failed |= add_directory(inputs, directory->path, false);
		else if (directory->watch == event->wd && event->len)
			failed |= add_in(inputs, directory->path, event->name);
	}
	return failed;
}

int inputs_wait(struct inputs *inputs, int ms)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	struct pollfd fd = {.fd = inputs->inotify, .events = POLLIN};
	int failed = 0;
	ssize_t n;

	poll(&fd, 1, ms);
	while (inputs->inotify >= 0 && (n = read(inputs->inotify, buffer, sizeof(buffer))) > 0)
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *event = (const struct inotify_event *)at;

			failed |= add_news(inputs, event);
			at += sizeof(*event) + event->len;
		}
	return failed;
}
