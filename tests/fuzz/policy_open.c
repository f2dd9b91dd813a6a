/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a compiled policy, as they are and with head and checksum put right, so that what lies behind
 * them is reached: pol_open refuses them, or every judge can work with them.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/compile.h"
#include "policy/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge_endpoints(const struct pol *pol)
{
	static const char *const endpoints[] = {"tcp://*:5555", "tcp://[::1]:5555", "ipc:///x", "udp://x:1",
						""};
	struct pol_verdict v;
	char name[256];

	for (size_t i = 0; i < 2 * sizeof(endpoints) / sizeof(*endpoints); i++) {
		struct pol_endpoint facts = {i % 2 ? POL_BIND : POL_CONNECT, endpoints[i / 2], 4, 0, 0, 0};

		if (pol_judge_endpoint(pol, &facts, &v) != POL_INJECT)
			continue;
		if (!pol_injects(pol))
			__builtin_trap();
		if (facts.way == POL_CONNECT && !v.inject.service)
			__builtin_trap();
		if (v.inject.service)
			pol_expand(v.inject.service, "host", facts.endpoint, name, sizeof(name));
		if (v.inject.principal)
			pol_expand(v.inject.principal, "host", facts.endpoint, name, sizeof(name));
		if (v.inject.skips_zap && facts.way == POL_CONNECT)
			__builtin_trap();
	}
}

/* What is kicked stays a policy, and names him; it may not fit any more. */
static void kick(const struct pol *before, const struct pol_facts *facts)
{
	uint32_t last = pol_last_kick(before);
	struct pol_verdict v;
	struct pol pol;
	void *image;
	size_t size;

	if (last == UINT32_MAX ||
	    pol_add_kick(before, before, "worker/*@EXAMPLE.ORG", 9, &image, &size, NULL))
		return;
	if (pol_open(&pol, image, size) || pol_last_kick(&pol) <= last ||
	    pol_judge_kick(&pol, facts, last, &v) != POL_DENY || v.audit == pol_enforces(before) ||
	    pol_judge_kick(&pol, facts, pol_last_kick(&pol), &v) != POL_ALLOW ||
	    pol_rules(&pol) != pol_rules(before) || pol_families(&pol) != pol_families(before))
		__builtin_trap();
	free(image);
}

static void judge(const void *image, size_t size)
{
	struct pol_facts facts = {.moment = POL_ESTABLISHED,
				  .role = POL_ACCEPTOR,
				  .initiator = {"worker/h@EXAMPLE.ORG", true},
				  .delegated = true};
	struct pol_verdict v;
	struct pol pol;
	const char *rule;
	uint32_t line;

	if (pol_open(&pol, image, size))
		return;
	pol_judge(&pol, &facts, POL_ABOUT_PEER, &v);
	if (v.number && !pol_judges_peers(&pol))
		__builtin_trap();
	if (v.number && (pol_rule_by_number(&pol, v.number, &rule, &line) || strcmp(rule, v.rule)))
		__builtin_trap();
	for (int topic = 0; topic < POL_TOPICS; topic++)
		pol_judge(&pol, &facts, (enum pol_topic)topic, &v);
	for (int use = 0; use < POL_USES; use++)
		if (pol_judge_use(&pol, &facts, (enum pol_use)use, &v) &&
		    !pol_judges_use(&pol, (enum pol_use)use))
			__builtin_trap();
	if (pol_judge_kick(&pol, &facts, 0, &v) && !pol_last_kick(&pol))
		__builtin_trap();
	kick(&pol, &facts);
	pol_judge_plaintext(&pol, &v);
	pol_enforces(&pol);
	pol_capture(&pol);
	pol_rules(&pol);
	pol_serves_own(&pol);
	pol_accelerates(&pol);
	pol_by_address(&pol);
	judge_endpoints(&pol);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *copy = malloc(size ? size : 1); /* aligned, and its end is watched */
	struct pol_image *image = copy;

	memcpy(copy, data, size);
	judge(copy, size);
	if (size >= sizeof(*image)) {
		memcpy(image->magic, POL_IMAGE_MAGIC, sizeof(image->magic));
		image->version = POL_IMAGE_VERSION;
		image->size = (uint32_t)size;
		image->string_size =
			(uint32_t)(size - sizeof(*image) - image->rule_count * sizeof(struct pol_rule));
		pol_checksum(image, size, image->checksum);
		judge(copy, size);
	}
	free(copy);
	return 0;
}
