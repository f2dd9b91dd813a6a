/* SPDX-License-Identifier: MIT */
/*
 * GT0025. The kernel marks a program that gains privileges (AT_SECURE): its loader ignores LD_PRELOAD, so
 * that there is no trace of it, and libkrb5 ignores KRB5CCNAME and the rest. That it was executed is in the
 * trace of who did; what it is, and that it uses Kerberos, is in its file.
 */
#include "tools/diagnose/checks.h"
#include "tools/elf/file.h"
#include "tools/elf/secure.h"
#include "tools/elf/tree.h"

#include <string.h>

static bool is_kerberos(const char *library)
{
	static const char *const names[] = {"libgssapi", "libkrb5.so", "libgss.so"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(library, names[i], strlen(names[i])))
			return true;
	return false;
}

/* A library of Kerberos that it is linked with, as the case's, or NULL. */
static const char *linked(struct diagnose_case *c, const char *path)
{
	const char *found = NULL;
	struct elf_tree tree;
	char error[256];
	struct elf_file *file = elf_file_open(path, error, sizeof(error));

	if (!file)
		return NULL;
	elf_tree_build(&tree, path, elf_object_read(file), true);
	elf_file_close(file);
	for (size_t i = 1; i < tree.count && !found; i++)
		if (tree.nodes[i].name && is_kerberos(tree.nodes[i].name))
			found = case_format(c, "%s", tree.nodes[i].name);
	elf_tree_free(&tree);
	return found;
}

static const char *how(const struct elf_secure *secure)
{
	return secure->setuid	      ? "is set-user-ID"
	       : secure->setgid	      ? "is set-group-ID"
	       : secure->capabilities ? "has file capabilities"
				      : NULL;
}

bool diagnose_environment_ignored(struct diagnose_case *c, struct finding *finding)
{
	const char *path = c->executed ? case_text(c, c->executed->object) : NULL, *library, *word;
	struct elf_secure secure;

	/* Of a process that ran elsewhere there is nothing to be looked at. */
	if (!path || *path != '/' || !c->here)
		return false;
	secure = elf_secure_check(path);
	if (!how(&secure) || secure.nosuid)
		return false;
	library = linked(c, path);
	if (!library)
		return false;
	word = case_word(c, path);
	finding_cause(
		finding,
		"%s gains privileges: KRB5CCNAME, KRB5_CONFIG, KRB5_KTNAME, KRB5_TRACE and LD_PRELOAD have "
		"no effect on it",
		path);
	finding_evidence(finding, "%s executed it, and it left no trace",
			 c->program->name.at ? case_text(c, c->program->name) : "a program");
	finding_evidence(finding, "%s %s", path, how(&secure));
	finding_evidence(finding, "it is linked with %s", library);
	finding_remedy(finding, "name ticket cache and keytab in /etc/krb5.conf (default_ccache_name, "
				"default_keytab_name), which it does read");
	finding_remedy(finding, "to watch it, run it as the user whose rights it takes, from a copy without "
				"them; or take them away:");
	if (secure.setuid || secure.setgid)
		finding_command(finding, "chmod ug-s %s", word);
	else
		finding_command(finding, "setcap -r %s", word);
	return true;
}
