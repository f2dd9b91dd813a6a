/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a program to be inspected: reader, verdict and both outputs. Libraries are not searched for:
 * what bytes name is not opened here. The seeds are described in tests/unit/elf.c.
 */
#include "tools/elf/report.h"

#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *out;
	struct elf_report report = {.asked = "input"};
	char error[160];
	struct elf_file *file = elf_file_memory(data, size, error, sizeof(error));

	if (!file)
		return 0;
	if (!out)
		out = fopen("/dev/null", "w");
	report.chain.program = must_strdup("/nonexistent");
	report.tree.nodes = must_calloc(1, sizeof(*report.tree.nodes));
	report.tree.count = 1;
	report.tree.nodes[0] = (struct elf_node){.name = must_strdup("input"),
						 .path = must_strdup("/nonexistent"),
						 .object = elf_object_read(file)};
	elf_file_close(file);
	elf_report_judge(&report);
	elf_report_text(&report, out, true);
	elf_report_json(&report, out);
	elf_report_free(&report);
	return 0;
}
