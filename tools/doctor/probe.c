/* SPDX-License-Identifier: MIT */
/* Files looked at and messages copied; see probe.h. */
#include "tools/doctor/probe.h"

#include "tools/base/list.h"

#include <errno.h>
#include <fcntl.h>
#include <krb5.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *probe_state_name(enum probe_state state)
{
	static const char *const names[] = {"ok", "missing", "denied", "malformed", "empty", "failed"};

	return names[state];
}

void probe_file_look(struct probe_file *file, const char *path)
{
	struct stat about;
	int fd = -1;

	*file = (struct probe_file){.path = must_strdup(path)};
	/* Asked first: opening alone has effects on a device. One that becomes a pipe meanwhile would hold us
	 * up without O_NONBLOCK. */
	if (stat(path, &about) || S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)) {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		file->error = fd < 0 ? errno : 0;
	}
	if (fd >= 0 ? fstat(fd, &about) : stat(path, &about)) {
		file->error = file->error ? file->error : errno;
	} else {
		file->exists = true;
		file->regular = S_ISREG(about.st_mode);
		file->owner = about.st_uid;
		file->group = about.st_gid;
		file->mode = about.st_mode & 07777;
		file->size = about.st_size;
	}
	if (fd >= 0)
		close(fd);
}

void probe_file_free(struct probe_file *file)
{
	free(file->path);
	*file = (struct probe_file){0};
}

enum probe_state probe_file_state(const struct probe_file *file)
{
	if (!file->path)
		return PROBE_OK;
	if (file->error == ENOENT || file->error == ENOTDIR)
		return PROBE_MISSING;
	if (file->error == EACCES || file->error == EPERM)
		return PROBE_DENIED;
	if (file->error)
		return PROBE_FAILED;
	if (!file->regular) /* libkrb5 would wait for a pipe to say something */
		return PROBE_MALFORMED;
	return file->size ? PROBE_OK : PROBE_EMPTY;
}

char *probe_message(void *context, int32_t code)
{
	const char *message = krb5_get_error_message(context, code);
	char *copy = must_strdup(message);

	krb5_free_error_message(context, message);
	return copy;
}
