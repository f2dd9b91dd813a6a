/* SPDX-License-Identifier: MIT */
/*
 * Whether the kernel will start a program with AT_SECURE. It is asked at each exec, on whatever stack the
 * host has: nothing here is large.
 */
#include "shim/exec/exec.h"
#include "trace/writer.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Was there a filter before us, which nobody of ours has looked at? The calls that ask are the recorder's. */
static bool is_filtered(void)
{
	static _Atomic(enum tr_filtered) known;

	if (known == TR_FILTERED_UNKNOWN)
		known = tr_filtered();
	return known != TR_UNFILTERED;
}

/* From a directory that is a descriptor, only the whole path is known to all calls. */
static const char *path_of(const struct tap_exec *e)
{
	return e->fd == AT_FDCWD || e->itself ? e->name : e->where;
}

/* Capabilities that count in this user namespace, which getxattr gives in revision 2, and that a process has
 * from the file alone. */
static bool gives_capabilities(const char *path)
{
	struct vfs_ns_cap_data caps = {0};
	ssize_t length = getxattr(path, "security.capability", &caps, sizeof(caps));

	if (length < (ssize_t)XATTR_CAPS_SZ_1 ||
	    (caps.magic_etc & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_3)
		return false;
	return caps.magic_etc & VFS_CAP_FLAGS_EFFECTIVE || caps.data[0].permitted || caps.data[1].permitted;
}

static bool forbids_gain(const char *path)
{
	struct statfs mount;

	return !statfs(path, &mount) && mount.f_flags & ST_NOSUID;
}

/* As the kernel's, but for capabilities that would not be gained after all: they count here. */
bool tap_exec_is_secure(const struct tap_exec *e)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	const char *path = path_of(e);
	struct stat st;
	bool user, group, gains;

	if (e->absent || fstatat(e->fd, e->itself ? "" : e->name, &st, e->itself ? AT_EMPTY_PATH : 0))
		return uid != getuid() || gid != getgid();
	user = st.st_mode & S_ISUID;
	group = (st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
	/* A filter may kill for what few programs ask. */
	gains = getuid() && !is_filtered() && gives_capabilities(path);
	if ((user || group || gains) && forbids_gain(path))
		user = group = gains = false;
	if ((user || group) && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		user = group = false;
	if (user)
		uid = st.st_uid;
	if (group)
		gid = st.st_gid;
	return uid != getuid() || gid != getgid() || gains;
}
