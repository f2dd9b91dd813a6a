/* SPDX-License-Identifier: MIT */
/* The table of diagnoses; see diagnoses.def. */
#include "tools/diagnose/diagnoses.h"

#include "tools/diagnose/checks.h"

#include <stdio.h>
#include <string.h>

const struct diagnosis diagnoses[] = {
#define DIAGNOSIS(id, name, title) {id, #name, title, diagnose_##name},
#include "tools/diagnose/diagnoses.def"
#undef DIAGNOSIS
	{0},
};

const struct diagnosis *diagnosis_of(const char *id)
{
	unsigned number;
	char more;

	if (strncasecmp(id, "GT", 2) || sscanf(id + 2, "%4u%c", &number, &more) != 1)
		return NULL;
	for (const struct diagnosis *diagnosis = diagnoses; diagnosis->name; diagnosis++)
		if (diagnosis->id == number)
			return diagnosis;
	return NULL;
}
