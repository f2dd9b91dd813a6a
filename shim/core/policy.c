/* SPDX-License-Identifier: MIT */
/*
 * The policy in this process, and what a refusal looks like to who asks GSSAPI about it.
 */
#include "shim/core/policy.h"

#include "shim/core/text.h"
#include "trace/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define POLICY_MOST (16u << 20)

struct pol tap_policy;
static char policy_path[256];

/* The image is mapped privately and read at once, so that a file that changes later cannot change what was
 * checked. */
static void *read_image(const char *path, size_t *length)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t got = 0;
	uint8_t *image;
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > POLICY_MOST) {
		errno = EINVAL;
		image = NULL;
	} else {
		image = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
		if (image == MAP_FAILED)
			image = NULL;
	}
	while (image && got < (size_t)st.st_size) {
		n = syscall(SYS_read, fd, image + got, (size_t)st.st_size - got);
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	syscall(SYS_close, fd);
	*length = got;
	return image;
}

void tap_load_policy(const char *path)
{
	size_t length = 0;
	void *image = read_image(path, &length);
	char why[160] = "cannot be read: ";

	tap_copy(policy_path, sizeof(policy_path), path);
	if (image) {
		pol_open(&tap_policy, image, length);
		return;
	}
	tap_append(why, sizeof(why), strerrordesc_np(errno));
	pol_break(&tap_policy, why);
}

void tap_policy_event(void)
{
	struct tr_draft *d = tap_policy.state == POL_NONE ? NULL : tr_begin(TR_E_policy);

	if (!d)
		return;
	tr_put_text(d, TR_F_PATH, policy_path);
	if (tap_policy.state == POL_BROKEN) {
		tr_put_text(d, TR_F_OUTCOME_TEXT, "broken");
		tr_put_text(d, TR_F_REASON, tap_policy.broken);
		d->comment = "the policy cannot be used: all that it would judge is refused";
	} else {
		tr_put_text(d, TR_F_OUTCOME_TEXT, "loaded");
		tr_put_text(d, TR_F_MODE, pol_enforces(&tap_policy) ? "enforce" : "audit");
	}
	tr_commit(d);
}

OM_uint32 tap_refuse_gss(const struct pol_verdict *verdict, OM_uint32 *minor_status)
{
	if (minor_status)
		*minor_status = TAP_MINOR_BASE | (pol_rule_number(&tap_policy, verdict) & 0xffff);
	return GSS_S_UNAUTHORIZED;
}

bool tap_refusal_text(OM_uint32 minor, char *out, size_t size)
{
	const char *rule = NULL;
	uint32_t line = 0;

	if ((minor & 0xffff0000u) != TAP_MINOR_BASE || tap_policy.state == POL_NONE)
		return false;
	tap_copy(out, size, "refused by the gsstap policy");
	if (tap_policy.state == POL_BROKEN) {
		tap_append(out, size, ", which cannot be used: ");
		tap_append(out, size, tap_policy.broken);
		return true;
	}
	if (pol_rule_by_number(&tap_policy, minor & 0xffff, &rule, &line))
		return true;
	tap_append(out, size, ": ");
	tap_append(out, size, rule);
	if (line) {
		tap_append(out, size, ", line ");
		tap_append_number(out, size, line);
	}
	return true;
}
