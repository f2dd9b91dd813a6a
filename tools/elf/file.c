/* SPDX-License-Identifier: MIT */
/*
 * Opening ELF files and reading them by address; see file.h.
 *
 * The program headers are copied once and are the only truth: section headers are not what the loader goes
 * by.
 */
#include "tools/elf/file.h"

#include "tools/base/list.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct elf_file *refuse(struct elf_file *file, int number, char *error, size_t size, const char *why)
{
	snprintf(error, size, "%s", why);
	elf_file_close(file);
	errno = number;
	return NULL;
}

static struct elf_file *read_headers(struct elf_file *file, char *error, size_t size)
{
	unsigned char start[EI_NIDENT];
	size_t count;

	/* Asked before libelf is: it would also take archives, and says little about the rest. */
	if (elf_file_read(file, 0, start, sizeof(start)) < sizeof(start) || memcmp(start, ELFMAG, SELFMAG))
		return refuse(file, ENOEXEC, error, size, "not an ELF file");
	file->elf = file->image ? elf_memory((char *)(uintptr_t)file->image, file->size)
				: elf_begin(file->fd, ELF_C_READ, NULL);
	if (!file->elf || elf_kind(file->elf) != ELF_K_ELF || !gelf_getehdr(file->elf, &file->header))
		return refuse(file, ENOEXEC, error, size, "a damaged ELF file: its header cannot be read");
	if (file->header.e_phnum == 0)
		return file;
	if (elf_getphdrnum(file->elf, &count) || count == 0 || count > UINT16_MAX)
		return refuse(file, ENOEXEC, error, size,
			      "a damaged ELF file: its program headers cannot be read");
	file->segments = must_calloc(count, sizeof(*file->segments));
	for (; file->segment_count < count; file->segment_count++)
		if (!gelf_getphdr(file->elf, file->segment_count, &file->segments[file->segment_count]))
			return refuse(file, ENOEXEC, error, size,
				      "a damaged ELF file: its program headers cannot be read");
	return file;
}

struct elf_file *elf_file_open(const char *path, char *error, size_t size)
{
	struct elf_file *file = must_calloc(1, sizeof(*file));
	struct stat status;

	elf_version(EV_CURRENT);
	file->fd = -1;
	/* Asked first: opening alone has effects on a device, and hostile files choose what they need. */
	if (stat(path, &status))
		return refuse(file, errno, error, size, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return refuse(file, EACCES, error, size,
			      S_ISDIR(status.st_mode) ? "a directory" : "not a regular file");
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file->fd < 0 || fstat(file->fd, &status))
		return refuse(file, errno, error, size, strerror(errno));
	file->size = status.st_size;
	file->device = status.st_dev;
	file->inode = status.st_ino;
	return read_headers(file, error, size);
}

struct elf_file *elf_file_memory(const void *image, size_t len, char *error, size_t size)
{
	struct elf_file *file = must_calloc(1, sizeof(*file));

	elf_version(EV_CURRENT);
	file->fd = -1;
	file->image = image;
	file->size = len;
	return read_headers(file, error, size);
}

void elf_file_close(struct elf_file *file)
{
	if (!file)
		return;
	elf_end(file->elf);
	if (file->fd >= 0)
		close(file->fd);
	free(file->segments);
	free(file);
}

size_t elf_file_read(const struct elf_file *file, uint64_t offset, void *bytes, size_t len)
{
	size_t done = 0;

	if (offset >= file->size)
		return 0;
	if (len > file->size - offset)
		len = file->size - offset;
	if (file->image) {
		memcpy(bytes, file->image + offset, len);
		return len;
	}
	while (done < len) {
		ssize_t n = pread(file->fd, (char *)bytes + done, len - done, offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += n;
	}
	return done;
}

const GElf_Phdr *elf_file_segment(const struct elf_file *file, uint32_t type)
{
	for (size_t i = 0; i < file->segment_count; i++)
		if (file->segments[i].p_type == type)
			return &file->segments[i];
	return NULL;
}

/* Finds an address: its file offset, and how many bytes of the file follow in its segment. */
static bool locate(const struct elf_file *file, uint64_t address, uint64_t *offset, uint64_t *left)
{
	for (size_t i = 0; i < file->segment_count; i++) {
		const GElf_Phdr *p = &file->segments[i];
		uint64_t in = address - p->p_vaddr;

		if (p->p_type != PT_LOAD || address < p->p_vaddr || in >= p->p_filesz)
			continue;
		/* p_offset + in can wrap: 0xfff...f0 + 0x20 would be offset 0x10. */
		if (p->p_offset >= file->size || in >= file->size - p->p_offset)
			continue;
		*offset = p->p_offset + in;
		*left = p->p_filesz - in;
		if (*left > file->size - *offset)
			*left = file->size - *offset;
		return true;
	}
	return false;
}

Elf_Data *elf_file_data(struct elf_file *file, uint64_t address, uint64_t size, Elf_Type type)
{
	uint64_t offset, left;

	if (!size || size > ELF_TABLE_MAX || !locate(file, address, &offset, &left) || size > left)
		return NULL;
	return elf_getdata_rawchunk(file->elf, offset, size, type);
}

uint64_t elf_file_rest(const struct elf_file *file, uint64_t address)
{
	uint64_t offset, left;

	return locate(file, address, &offset, &left) ? left : 0;
}

uint64_t elf_file_offset(const struct elf_file *file, uint64_t address)
{
	uint64_t offset, left;

	return locate(file, address, &offset, &left) ? offset : UINT64_MAX;
}

char *elf_file_interpreter(struct elf_file *file)
{
	const GElf_Phdr *p = elf_file_segment(file, PT_INTERP);
	char path[PATH_MAX];

	/* The kernel's own conditions: 2 to PATH_MAX bytes, the last one NUL. */
	if (!p || p->p_filesz < 2 || p->p_filesz > sizeof(path) ||
	    elf_file_read(file, p->p_offset, path, p->p_filesz) != p->p_filesz || path[p->p_filesz - 1])
		return NULL;
	return must_strdup(path);
}

/* Of this process's first object, the program: its PT_INTERP as it lies in memory. */
static int take_interpreter(struct dl_phdr_info *info, size_t size, void *native)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_INTERP)
			snprintf(((struct elf_native *)native)->interpreter,
				 sizeof(((struct elf_native *)native)->interpreter), "%s",
				 (const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr));
	return 1;
}

/* Made by the link editor: the ELF header of the program this is linked into. /proc may be missing. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

const struct elf_native *elf_native(void)
{
	static struct elf_native native;

	if (native.machine)
		return &native;
	native.class = __ehdr_start.e_ident[EI_CLASS];
	native.data = __ehdr_start.e_ident[EI_DATA];
	native.machine = __ehdr_start.e_machine;
	dl_iterate_phdr(take_interpreter, &native);
	return &native;
}

bool elf_native_interpreter(const char *path)
{
	const char *slash = strrchr(path, '/'), *own = strrchr(elf_native()->interpreter, '/');

	return slash && own && !strcmp(slash, own);
}

const char *elf_machine_name(uint16_t machine)
{
	static char number[24];

	switch (machine) {
	case EM_X86_64:
		return "x86_64";
	case EM_386:
		return "i386";
	case EM_AARCH64:
		return "aarch64";
	case EM_ARM:
		return "arm";
	case EM_PPC64:
		return "ppc64";
	case EM_S390:
		return "s390";
	case EM_RISCV:
		return "riscv";
	case EM_MIPS:
		return "mips";
	}
	snprintf(number, sizeof(number), "machine %u", machine);
	return number;
}
