/* SPDX-License-Identifier: MIT */
/*
 * Takes the policy of a run. A compiled file is only checked here; the shim maps it itself and checks it
 * again.
 */
#include "tools/run/policy.h"

#include "policy/compile.h"
#include "policy/image.h"
#include "policy/policy.h"
#include "tools/base/tool.h"
#include "tools/run/room.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEPT_MOST 100 /* errors are fewer; warnings come after there was none */

static int make_absolute(const char *source, char path[PATH_MAX])
{
	char here[PATH_MAX];

	if (*source == '/')
		return snprintf(path, PATH_MAX, "%s", source) < PATH_MAX ? 0 : -1;
	if (!getcwd(here, sizeof(here)))
		return -1;
	return snprintf(path, PATH_MAX, "%s/%s", here, source) < PATH_MAX ? 0 : -1;
}

/* Warnings are for `gsstap policy check`: here complaints are said only when the policy cannot be used. */
struct kept {
	struct pol_complaints complaints;
	char *line[KEPT_MOST];
	unsigned count;
};

static void keep(struct pol_complaints *complaints, const char *line)
{
	struct kept *kept = (struct kept *)complaints;

	if (kept->count < KEPT_MOST && (kept->line[kept->count] = strdup(line)))
		kept->count++;
}

/* Replaces the image, which is YAML, by what it compiles to. */
static int compile(struct run_policy *policy, struct pol_complaints *complaints)
{
	char *text = policy->image;
	size_t len = policy->len;
	int failed;

	policy->image = NULL;
	policy->compiled_here = true;
	failed = pol_compile_text(policy->source, text, len, &policy->image, &policy->len, complaints);
	free(text);
	return failed;
}

static int read_policy(struct run_policy *policy)
{
	struct kept kept = {.complaints = {keep}};
	int failed = pol_read(policy->source, &policy->image, &policy->len, &kept.complaints);

	if (!failed && !pol_is_image(policy->image, policy->len))
		failed = compile(policy, &kept.complaints);
	for (unsigned i = 0; i < kept.count; i++) {
		if (failed)
			tool_say(kept.line[i]);
		free(kept.line[i]);
	}
	return failed;
}

int run_policy_load(struct run_policy *policy, const char *source)
{
	struct pol checked;

	*policy = (struct run_policy){.source = source};
	if (!source || !*source) {
		policy->source = NULL;
		return 0;
	}
	if (read_policy(policy))
		return TOOL_USAGE;
	if (pol_open(&checked, policy->image, policy->len)) {
		tool_error("-p %s: %s", source, checked.broken);
		return TOOL_USAGE;
	}
	policy->enforces = pol_enforces(&checked);
	policy->by_address = pol_by_address(&checked);
	policy->families = pol_families(&checked);
	if (!policy->compiled_here && make_absolute(source, policy->path)) {
		tool_error("-p %s: the path is too long", source);
		return TOOL_USAGE;
	}
	return 0;
}

/* As policy/image.h says. */
static int place_links(struct run_policy *policy, const struct run_dir *dir)
{
	const uint8_t *bytes = policy->image;
	char text[2 * POL_LINK_BYTES + 1], path[PATH_MAX + 24];

	snprintf(policy->path, sizeof(policy->path), "%s/%s", dir->path, RUN_POLICY_NAME);
	for (size_t at = 0; at < policy->len; at += POL_LINK_BYTES) {
		for (size_t i = 0; i < POL_LINK_BYTES && at + i < policy->len; i++)
			snprintf(text + 2 * i, 3, "%02x", bytes[at + i]);
		snprintf(path, sizeof(path), "%s.%zu", policy->path, at / POL_LINK_BYTES);
		if (!symlink(text, path))
			continue;
		tool_error("%s: cannot be made: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

static int place(struct run_policy *policy, const struct run_dir *dir)
{
	/* A policy holds no secret; a program that gives up root must still be able to read it. */
	unsigned mode = geteuid() ? 0600 : 0644;

	if (!run_room_for(policy->len))
		return place_links(policy, dir);
	return run_dir_put(dir, RUN_POLICY_NAME, policy->image, policy->len, mode, policy->path);
}

int run_policy_place(struct run_policy *policy, const struct run_dir *dir)
{
	int failed = policy->compiled_here && place(policy, dir);

	free(policy->image);
	policy->image = NULL;
	return failed ? TOOL_SELF : 0;
}
