/* SPDX-License-Identifier: MIT */
/* Computes AT_SECURE before the kernel does; see secure.h. */
#include "tools/elf/secure.h"

#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The file's capabilities, as 64 bits each. False when it has none. */
static bool file_capabilities(const char *path, bool *effective, uint64_t *permitted, uint64_t *inheritable)
{
	struct vfs_ns_cap_data caps;
	ssize_t len;

	memset(&caps, 0, sizeof(caps));
	len = getxattr(path, "security.capability", &caps, sizeof(caps));
	if (len < (ssize_t)XATTR_CAPS_SZ_1)
		return false;
	/* getxattr gives revision 2 for capabilities that count in this user namespace: 3 means another's. */
	if ((caps.magic_etc & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_3)
		return false;
	*effective = caps.magic_etc & VFS_CAP_FLAGS_EFFECTIVE;
	*permitted = caps.data[0].permitted;
	*inheritable = caps.data[0].inheritable;
	if (len >= (ssize_t)XATTR_CAPS_SZ_2) {
		*permitted |= (uint64_t)caps.data[1].permitted << 32;
		*inheritable |= (uint64_t)caps.data[1].inheritable << 32;
	}
	return true;
}

static uint64_t own_inheritable(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};

	if (syscall(SYS_capget, &header, data))
		return 0;
	return data[0].inheritable | (uint64_t)data[1].inheritable << 32;
}

static uint64_t bounding_set(void)
{
	uint64_t set = 0;

	for (int i = 0; i < 64; i++)
		if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
			set |= UINT64_C(1) << i;
	return set;
}

/* Would any capability of the file be gained? Root's real uid makes the kernel look away. Under no_new_privs
 * none is gained in the end, but AT_SECURE is set all the same. */
static bool gains(const char *path, struct elf_secure *result)
{
	uint64_t permitted, inheritable;
	bool effective;

	if (!file_capabilities(path, &effective, &permitted, &inheritable))
		return false;
	result->capabilities = true;
	if (getuid() == 0 || result->nosuid)
		return false;
	return effective || permitted & bounding_set() || inheritable & own_inheritable();
}

struct elf_secure elf_secure_check(const char *path)
{
	struct elf_secure result = {0};
	uid_t uid = geteuid();
	gid_t gid = getegid();
	struct statvfs mount;
	struct stat status;
	bool gained;

	if (stat(path, &status))
		return result;
	result.setuid = status.st_mode & S_ISUID;
	/* Without group execution the bit once meant mandatory locking: the kernel ignores it. */
	result.setgid = (status.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
	result.nosuid = !statvfs(path, &mount) && mount.f_flag & ST_NOSUID;
	result.no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	if (result.setuid && !result.nosuid && !result.no_new_privs)
		uid = status.st_uid;
	if (result.setgid && !result.nosuid && !result.no_new_privs)
		gid = status.st_gid;
	gained = gains(path, &result);
	result.secure = uid != getuid() || gid != getgid() || gained;
	return result;
}
