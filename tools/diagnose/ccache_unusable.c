/* SPDX-License-Identifier: MIT */
/*
 * GT0024. A ticket cache that is there and cannot be used: what libkrb5 says of it has many words, so the
 * file decides, and who the process was. MIT's libkrb5 can also crash on one that is damaged
 * (krb5_cccol_have_content): then the trace has the beginning of a call, and no more.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/local.h"
#include "tools/diagnose/otherwise.h"

#include <sys/stat.h>

static bool denied(const struct diagnose_case *c, const struct probe_file *file)
{
	const struct model_process *process = c->init->process;

	return process->uid_known && !local_may_read(file, process->uid);
}

bool ended_in_first_call(const struct model_talk *talk)
{
	return talk->role == TR_ROLE_INITIATOR && !talk->outcome && !talk->steps.first &&
	       talk->settings.known;
}

/* It is no more, and the file is as it was: what is in it was there for that call. */
static const struct probe_ccache *left_behind(struct diagnose_case *c)
{
	const struct probe_ccache *cache;
	struct stat status;

	if (!c->init || !ended_in_first_call(c->init) || local_runs(c->init->process))
		return NULL;
	cache = case_ccache(c);
	if (!cache || cache->state != PROBE_MALFORMED || !cache->file.path ||
	    stat(cache->file.path, &status) ||
	    (uint64_t)status.st_ctim.tv_sec * 1000000000 + (uint64_t)status.st_ctim.tv_nsec > c->init->last)
		return NULL;
	return cache;
}

bool diagnose_ccache_unusable(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = about_cache(c);
	const struct probe_ccache *cache = step ? case_ccache(c) : left_behind(c);
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
	if (step)
		said_evidence(c, finding, step);
	else
		finding_evidence(finding,
				 "%s called gss_init_sec_context; no return from it is recorded, and the "
				 "process has ended",
				 case_program(c, c->init));
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
