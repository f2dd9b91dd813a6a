/* SPDX-License-Identifier: MIT */
/* Says whether the shim can be preloaded; see cover.h. */
#include "tools/elf/cover.h"

#include "tools/elf/object.h"
#include "tools/elf/script.h"
#include "tools/elf/secure.h"
#include "tools/base/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum cover no(char *reason, size_t size, const char *text)
{
	snprintf(reason, size, "%s", text);
	return COVER_NO;
}

static enum cover check_loader(struct elf_file *file, char *reason, size_t size)
{
	char *interpreter = elf_file_interpreter(file);
	enum cover cover = COVER_YES;

	if (!interpreter)
		cover = no(reason, size, "it does not say which dynamic loader it wants");
	else if (access(interpreter, X_OK)) {
		snprintf(reason, size, "its dynamic loader %s is not there: it cannot be started",
			 interpreter);
		cover = COVER_NO;
	} else if (!elf_native_interpreter(interpreter)) {
		snprintf(reason, size,
			 "its dynamic loader is %s: libgsstap.so needs that of the GNU C library",
			 interpreter);
		cover = COVER_NO;
	}
	free(interpreter);
	return cover;
}

/* The GNU C library's, wherever it is. */
static bool is_dynamic_loader(struct elf_file *file)
{
	struct elf_object *object = elf_object_read(file);
	bool is = object->soname && !strcmp(object->soname, path_base(elf_native()->interpreter));

	elf_object_free(object);
	return is;
}

static enum cover check_file(struct elf_file *file, char *reason, size_t size)
{
	enum elf_type type = elf_object_type(file);

	if (type == ELF_TYPE_OTHER)
		return no(reason, size, "it is an ELF file, but no program");
	if (!elf_object_native(file)) {
		snprintf(reason, size, "it is built for %d-bit %s, libgsstap.so for %d-bit %s",
			 file->header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32,
			 elf_machine_name(file->header.e_machine),
			 elf_native()->class == ELFCLASS64 ? 64 : 32,
			 elf_native()->machine == EM_X86_64 ? "x86_64"
							    : elf_machine_name(elf_native()->machine));
		return COVER_NO;
	}
	if (type == ELF_TYPE_STATIC || type == ELF_TYPE_STATIC_PIE)
		return no(reason, size,
			  "it is statically linked: no dynamic loader runs that could load libgsstap.so");
	if (type == ELF_TYPE_LIBRARY && !elf_file_segment(file, PT_INTERP)) {
		if (!is_dynamic_loader(file))
			return no(reason, size, "it is a shared library, not a program");
		no(reason, size, "it is the dynamic loader, which loads another program: name that instead");
		return COVER_UNSURE;
	}
	return check_loader(file, reason, size);
}

enum cover cover_check_program(const char *path, char *reason, size_t size)
{
	char error[160];
	struct elf_file *file = elf_file_open(path, error, sizeof(error));
	struct elf_secure secure = elf_secure_check(path);
	enum cover cover;

	if (!file) {
		snprintf(reason, size, "%s: %s", path, error);
		return COVER_NO;
	}
	cover = check_file(file, reason, size);
	elf_file_close(file);
	if (cover == COVER_YES && secure.secure)
		return no(reason, size,
			  secure.setuid || secure.setgid || secure.capabilities
				  ? "it gains privileges when started (set-user-ID, set-group-ID or file "
				    "capabilities): the dynamic "
				    "loader then ignores LD_PRELOAD"
				  : "real and effective user or group differ here: the dynamic loader then "
				    "ignores LD_PRELOAD");
	return cover;
}

enum cover cover_check(const char *path, char *reason, size_t size)
{
	struct elf_chain chain;
	enum cover cover;

	elf_script_follow(path, &chain);
	if (chain.problem)
		cover = no(reason, size, chain.problem);
	else if (chain.drops_preload)
		cover = no(reason, size, "the env in its #! line drops LD_PRELOAD");
	else
		cover = cover_check_program(chain.program, reason, size);
	elf_chain_free(&chain);
	return cover;
}
