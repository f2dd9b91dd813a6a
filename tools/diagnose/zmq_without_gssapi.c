/* SPDX-License-Identifier: MIT */
/*
 * GT0105. A libzmq without GSSAPI refuses its options as it refuses one that makes no sense, with EINVAL.
 * That it has none is known by what it calls: of that the trace tells when the libzmq was there from the
 * start, and else its file, where that is here.
 */
#include "tools/diagnose/checks.h"
#include "tools/elf/file.h"
#include "tools/elf/object.h"
#include "tools/model/zmq.h"
#include "tools/names/zmq.h"

#include <string.h>

struct calls {
	const struct model_zmq_library *library;
	bool gss, told; /* it calls functions of GSSAPI; somebody's calls of zmq_ functions are told */
};

static void look(void *at, void *context)
{
	const struct model_coverage *coverage = at;
	struct calls *calls = context;

	calls->told |= model_text_is(coverage->about.family, "zmq");
	calls->gss |= model_text_is(coverage->about.family, "gss") &&
		      model_text_same(coverage->about.object, calls->library->path);
}

/* As it is now. */
static bool file_lacks(struct diagnose_case *c, const char *path)
{
	char error[256];
	struct elf_file *file = c->here && *path == '/' ? elf_file_open(path, error, sizeof(error)) : NULL;
	struct elf_object *object = file ? elf_object_read(file) : NULL;
	bool lacks = object && elf_object_defines(object, "zmq") &&
		     !elf_object_imports(object, "gss_init_sec_context") &&
		     !elf_symbols_find(&object->built_in, "gss_init_sec_context", true);

	elf_file_close(file);
	elf_object_free(object);
	return lacks;
}

bool diagnose_zmq_without_gssapi(struct diagnose_case *c, struct finding *finding)
{
	const struct model_zmq *zmq = c->process ? c->process->zmq : NULL;
	const char *option, *path, *name;
	struct calls calls = {0};

	if (!zmq || !zmq->gssapi.option || zmq->gssapi.takes || zmq->library_count != 1)
		return false;
	calls.library = &zmq->libraries[0];
	path = case_text(c, calls.library->path);
	option = name_zmq_option(zmq->gssapi.option);
	if (!path || !option)
		return false;
	model_each(&c->program->coverage, look, &calls);
	if (calls.gss || !((calls.told && calls.library->at_start) || file_lacks(c, path)))
		return false;
	name = case_text(c, c->program->name);
	finding_cause(finding, "the libzmq of %s, %s, was built without GSSAPI", name ? name : "a program",
		      path);
	finding_evidence(finding,
			 "zmq_setsockopt of %s failed with EINVAL, and of no option of GSSAPI it succeeded",
			 option);
	finding_evidence(finding, "%s calls no function of GSSAPI", path);
	finding_remedy(
		finding,
		"let it use a libzmq with GSSAPI, such as Debian's, in place of the one it brings; or let "
		"it set no security up, and a policy secure its endpoints, which needs none (zmq.inject, "
		"gsstap-policy(5)):");
	finding_command(finding, "gsstap run -p POLICY -- PROGRAM");
	finding->first = zmq->gssapi.first;
	finding->last = zmq->gssapi.last;
	finding->alone = true;
	return true;
}
