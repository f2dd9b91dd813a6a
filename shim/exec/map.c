/* SPDX-License-Identifier: MIT */
/* Memory between fork and exec, where there is no heap: pages, to be given back before anything is executed.
 */
#include "shim/exec/exec.h"

#include <sys/mman.h>

void *tap_exec_map(size_t size)
{
	void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return room == MAP_FAILED ? NULL : room;
}
