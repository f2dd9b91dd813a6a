/* SPDX-License-Identifier: MIT */
/*
 * loses_trace WHEN HOW COUNT FILE: takes itself where its trace FILE cannot be written, and makes COUNT calls
 * of gss_import_name there. WHEN: first, before any other call; after one; or child, after one, in a child.
 * HOW: chroot, landlock; removed; or closed, with a file, a fifo or a link in the trace's place; limit, of 64
 * kB a file; memory, of which there is no more; or nothing.
 */
#include "gss.h"
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void call(int count)
{
	gss_buffer_desc text = {5, "alice"};
	OM_uint32 minor;
	gss_name_t name;

	while (count--) {
		need(!gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, &name), "gss_import_name");
		gss_release_name(&minor, &name);
	}
}

/* May read and write no file that is not open, nor make one. */
static void landlock(void)
{
	struct landlock_ruleset_attr attributes = {.handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE |
									LANDLOCK_ACCESS_FS_WRITE_FILE |
									LANDLOCK_ACCESS_FS_MAKE_REG};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);

	need(rules >= 0 && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
		     !syscall(SYS_landlock_restrict_self, rules, 0),
	     "landlock");
	close(rules);
}

static void replace(const char *how, const char *file)
{
	char other[4096];
	int fd;

	need(!unlink(file), "unlink");
	if (!strcmp(how, "removed"))
		return;
	if (!strcmp(how, "fifo")) {
		need(!mkfifo(file, 0600), "mkfifo");
	} else {
		snprintf(other, sizeof(other), "%s.other", file);
		need(strcmp(how, "link") || !symlink(other, file), "symlink");
		fd = creat(strcmp(how, "link") ? file : other, 0600);
		need(fd >= 0, "creat");
	}
	closefrom(3);
}

static void lose(const char *how, const char *file)
{
	if (!strcmp(how, "chroot"))
		need(!mkdir("empty", 0700) && !chroot("empty") && !chdir("/"), "chroot");
	else if (!strcmp(how, "landlock"))
		landlock();
	else if (!strcmp(how, "limit"))
		need(!setrlimit(RLIMIT_FSIZE, &(struct rlimit){1 << 16, 1 << 16}), "setrlimit");
	else if (!strcmp(how, "memory"))
		need(!setrlimit(RLIMIT_AS, &(struct rlimit){1 << 16, 1 << 16}), "setrlimit");
	else if (strcmp(how, "nothing"))
		replace(how, file);
}

int main(int argc, char **argv)
{
	int status = 0;

	need(argc == 5, "loses_trace WHEN HOW COUNT FILE");
	if (strcmp(argv[1], "first"))
		call(1);
	lose(argv[2], argv[4]);
	if (strcmp(argv[1], "child")) {
		call(atoi(argv[3]));
		return 0;
	}
	if (!fork()) {
		call(atoi(argv[3]));
		return 0;
	}
	need(wait(&status) > 0 && !status, "wait");
	return 0;
}
