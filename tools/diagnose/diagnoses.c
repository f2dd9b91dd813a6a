/* SPDX-License-Identifier: MIT */
/* The table of diagnoses; see diagnoses.def. */
#include "tools/diagnose/diagnoses.h"

#include "tools/diagnose/checks.h"
#include "tools/diagnose/otherwise.h"

#include <stdio.h>
#include <string.h>

const struct diagnosis diagnoses[] = {
#define DIAGNOSIS(id, name, title) {id, #name, title, diagnose_##name},
#include "tools/diagnose/diagnoses.def"
#undef DIAGNOSIS
	{0},
};

static const struct {
	unsigned id;
	bool (*concerns)(const struct model_talk *talk);
} otherwise[] = {
#define DIAGNOSIS(id, name, title)
#define OTHERWISE(id, concerns) {id, concerns},
#include "tools/diagnose/diagnoses.def"
#undef OTHERWISE
#undef DIAGNOSIS
};

bool diagnosis_concerns(const struct diagnosis *diagnosis, const struct model_talk *talk)
{
	for (size_t i = 0; i < sizeof(otherwise) / sizeof(otherwise[0]); i++)
		if ((!diagnosis || otherwise[i].id == diagnosis->id) && otherwise[i].concerns(talk))
			return true;
	return false;
}

static const unsigned settle[] = {
#define DIAGNOSIS(id, name, title)
#define SETTLES(id) id,
#include "tools/diagnose/diagnoses.def"
#undef SETTLES
#undef DIAGNOSIS
};

static const unsigned without[] = {
#define DIAGNOSIS(id, name, title)
#define WITHOUT(id) id,
#include "tools/diagnose/diagnoses.def"
#undef WITHOUT
#undef DIAGNOSIS
};

static bool is_among(const unsigned *ids, size_t count, unsigned id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

bool diagnosis_settles(const struct diagnosis *diagnosis)
{
	return is_among(settle, sizeof(settle) / sizeof(settle[0]), diagnosis->id);
}

bool diagnosis_without(const struct diagnosis *diagnosis)
{
	return is_among(without, sizeof(without) / sizeof(without[0]), diagnosis->id);
}

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
