/* SPDX-License-Identifier: MIT */
/*
 * GT0024. A ticket cache that is there and cannot be used: what libkrb5 says of it has many words, so the
 * file decides, and who the process was.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/local.h"

static bool denied(const struct diagnose_case *c, const struct probe_file *file)
{
	const struct model_process *process = c->init->process;

	return process->uid_known && !local_may_read(file, process->uid);
}

bool diagnose_ccache_unusable(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = about_cache(c);
	const struct probe_ccache *cache = step ? case_ccache(c) : NULL;
	uint32_t uid = c->init ? c->init->process->uid : 0;

	if (!cache || (!denied(c, &cache->file) && cache->state != PROBE_MALFORMED))
		return false;
	finding_cause(finding, "the ticket cache %s of %s %s", cache->name, case_name(c, c->init),
		      denied(c, &cache->file) ? "may not be read by it" : "is no ticket cache");
	if (cache->file.exists)
		finding_evidence(finding, "%s belongs to uid %u, mode %04o, %jd bytes; the process is uid %u",
				 cache->file.path, cache->file.owner, cache->file.mode,
				 (intmax_t)cache->file.size, uid);
	if (!denied(c, &cache->file) && cache->text)
		finding_evidence(finding, "libkrb5 says of it: %s", cache->text);
	said_evidence(c, finding, step);
	if (denied(c, &cache->file)) {
		finding_remedy(finding,
			       "let the program's user have a cache of its own (kinit as that user), or give "
			       "it this one:");
		finding_command(finding, "chown %u %s", uid, case_word(c, cache->file.path));
	} else {
		finding_remedy(finding, "make it anew:");
		kinit_remedy(c, finding, cache, NULL);
	}
	return true;
}
