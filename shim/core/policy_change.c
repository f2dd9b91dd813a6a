/* SPDX-License-Identifier: MIT */
/*
 * Where the policy comes from: read when the process begins, and again when its file has become another one.
 * That is noticed by whoever calls, a few times a second at most, so that nobody has a thread or a descriptor
 * of ours for it. A file that cannot be used changes nothing, and is told of once.
 */
#include "policy/image.h"
#include "shim/core/lock.h"
#include "shim/core/monotonic.h"
#include "shim/core/policy.h"
#include "shim/core/text.h"
#include "trace/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOKS_NS 250000000u /* between two looks */
/* How long a file is read again that has just become another: its times and number may be those of the next
 * one. */
#define SETTLES_NS 2000000000u

static char path[PATH_MAX];  /* from the root: the host may change its directory */
static char given[PATH_MAX]; /* as it was asked for */
static struct tap_lock lock;
static uint64_t next_look; /* under it, as all that follows */
static uint64_t settled;
static bool again;     /* what is there could not be read for a reason that may pass */
static char told[160]; /* why it was not taken; "": it was */

/* Which file it is, and which content that has; error: it cannot be asked. */
static struct identity {
	uint64_t device, number, size;
	struct timespec modified, changed;
	int error;
} seen;

enum outcome { NOTHING, LOADED, KEPT, BROKEN };

static struct identity identify(void)
{
	struct identity is;
	struct stat st;

	memset(&is, 0, sizeof(is));
	if (syscall(SYS_newfstatat, AT_FDCWD, path, &st, 0)) {
		is.error = errno;
		return is;
	}
	is.device = st.st_dev;
	is.number = st.st_ino;
	is.size = (uint64_t)st.st_size;
	is.modified = st.st_mtim;
	is.changed = st.st_ctim;
	return is;
}

/* Memory of its own, so that a file that changes later cannot change what was checked. */
static uint8_t *room_for(int fd, size_t *size)
{
	uint8_t *room;
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > POL_IMAGE_MAX) {
		errno = EINVAL;
		return NULL;
	}
	*size = (size_t)st.st_size;
	room = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return room == MAP_FAILED ? NULL : room;
}

struct image {
	uint8_t *bytes; /* NULL: errno says why */
	size_t length, size;
};

static unsigned digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10) & 15;
}

/* The bytes that a link leads to, fewer than one: there is none. */
static ssize_t read_link(size_t number, uint8_t *bytes)
{
	static char name[PATH_MAX + 24], text[2 * POL_LINK_BYTES + 1]; /* too much for some hosts' stacks */
	ssize_t length, at;

	tap_copy(name, sizeof(name), *path ? path : given);
	tap_append(name, sizeof(name), ".");
	tap_append_number(name, sizeof(name), number);
	length = readlink(name, text, sizeof(text));
	for (at = 0; at + 1 < length; at += 2)
		bytes[at / 2] = (uint8_t)(digit(text[at]) << 4 | digit(text[at + 1]));
	return length / 2;
}

static struct image read_links(void)
{
	uint8_t bytes[POL_LINK_BYTES];
	struct image image = {0};
	size_t count = 0;
	ssize_t n;

	while (count < POL_IMAGE_MAX / POL_LINK_BYTES && read_link(count, bytes) > 0)
		count++;
	if (!count)
		return image;
	image.size = count * POL_LINK_BYTES;
	image.bytes = mmap(NULL, image.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (image.bytes == MAP_FAILED)
		image.bytes = NULL;
	for (size_t i = 0; image.bytes && i < count; i++) {
		n = read_link(i, bytes);
		if (n <= 0)
			break;
		memcpy(image.bytes + image.length, bytes, (size_t)n);
		image.length += (size_t)n;
	}
	return image;
}

static struct image read_image(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, *path ? path : given,
			      O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct image image = {0};
	int error;
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? read_links() : image;
	image.bytes = room_for(fd, &image.size);
	error = errno;
	while (image.bytes && image.length < image.size) {
		n = syscall(SYS_read, fd, image.bytes + image.length, image.size - image.length);
		if (n <= 0)
			break;
		image.length += (size_t)n;
	}
	syscall(SYS_close, fd);
	errno = error;
	return image;
}

static bool is_in_force(const struct image *image)
{
	const struct pol *policy = tap_policy_take();
	bool same = policy->state == POL_READY && policy->image->size == image->length &&
		    !memcmp(policy->image, image->bytes, image->length);

	tap_policy_give(policy);
	return same;
}

static void unreadable(int error, char *why, size_t size)
{
	tap_copy(why, size, "cannot be read: ");
	tap_append(why, size, strerrordesc_np(error));
}

static enum outcome put_in_force(const struct image *image, char *why, size_t size)
{
	enum tap_replaced replaced = TAP_REPLACED;

	if (!is_in_force(image)) {
		replaced = tap_policy_replace(image->bytes, image->length, why, size);
		if (replaced == TAP_REPLACED)
			return LOADED;
	}
	munmap(image->bytes, image->size);
	again = replaced == TAP_NOT_NOW;
	return replaced == TAP_REPLACED ? NOTHING : KEPT;
}

/* Locked. */
static enum outcome look(uint64_t now, char *why, size_t size)
{
	struct identity is = identify();
	bool changed = memcmp(&is, &seen, sizeof(is)) != 0;
	enum outcome outcome = KEPT;
	struct image image = {0};

	if (changed)
		settled = now + SETTLES_NS;
	else if (now >= settled && !again)
		return NOTHING;
	seen = is;
	again = false;
	errno = is.error;
	if (!is.error)
		image = read_image();
	if (image.bytes)
		outcome = put_in_force(&image, why, size);
	else
		unreadable(errno, why, size);
	again |= !image.bytes && !is.error;
	if (outcome == KEPT && !changed && !strcmp(told, why))
		return NOTHING;
	tap_copy(told, sizeof(told), outcome == KEPT ? why : "");
	return outcome;
}

static void tell(enum outcome outcome, const char *why)
{
	static const char *const words[] = {[LOADED] = "loaded", [KEPT] = "kept", [BROKEN] = "broken"};
	struct tr_draft *d = tr_begin(TR_E_policy);
	const struct pol *policy;

	if (!d)
		return;
	policy = tap_policy_take();
	tr_put_text(d, TR_F_PATH, given);
	tr_put_text(d, TR_F_OUTCOME_TEXT, words[outcome]);
	if (policy->state == POL_READY) {
		tr_put_text(d, TR_F_MODE, pol_enforces(policy) ? "enforce" : "audit");
		tr_put(d, TR_F_CHECKSUM, policy->image->checksum, sizeof(policy->image->checksum));
	}
	if (*why)
		tr_put_text(d, TR_F_REASON, why);
	tap_policy_give(policy);
	if (outcome == BROKEN)
		d->comment = "the policy cannot be used: all that it would judge is refused";
	else if (outcome == KEPT)
		d->comment = "the policy's file has changed and cannot be used: the one before stays";
	tr_commit(d);
}

void tap_policy_notice(void)
{
	enum outcome outcome = NOTHING;
	char why[160] = "";
	uint64_t now;
	int saved;

	if (!*path || tr_confined)
		return;
	now = tap_coarse_ns();
	if (now < __atomic_load_n(&next_look, __ATOMIC_RELAXED))
		return;
	saved = errno;
	if (tap_lock_soon(&lock)) {
		if (now >= __atomic_load_n(&next_look, __ATOMIC_RELAXED)) {
			__atomic_store_n(&next_look, now + LOOKS_NS, __ATOMIC_RELAXED);
			outcome = look(now, why, sizeof(why));
		}
		tap_unlock(&lock);
	}
	if (outcome != NOTHING)
		tell(outcome, why);
	errno = saved;
}

/* Where there is no path that stays what it is the policy does, too. */
static void find_path(void)
{
	if (given[0] != '/') {
		if (!getcwd(path, sizeof(path) - 1) || strlen(path) + strlen(given) + 2 > sizeof(path)) {
			*path = 0;
			return;
		}
		tap_append(path, sizeof(path), "/");
	}
	tap_append(path, sizeof(path), given);
}

void tap_load_policy(const char *file)
{
	struct image image;
	char why[160] = "";

	tap_copy(given, sizeof(given), file);
	find_path();
	seen = identify();
	image = read_image();
	if (!image.bytes)
		unreadable(errno, why, sizeof(why));
	tap_policy_first(image.bytes, image.length, why);
}

void tap_policy_event(void)
{
	const struct pol *policy = tap_policy_take();
	bool broken = policy->state == POL_BROKEN;
	char why[160];

	tap_copy(why, sizeof(why), broken ? policy->broken : "");
	tap_policy_give(policy);
	if (tap_has_policy)
		tell(broken ? BROKEN : LOADED, why);
}
