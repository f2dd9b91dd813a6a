/* SPDX-License-Identifier: MIT */
/*
 * The mechanism glue maps a mechanism's status where two of them would be alike (100005 for an error of
 * libkrb5's), so a number alone proves nothing, and neither does its absence: the text that the library had
 * for the error decides.
 */
#include "tools/diagnose/says.h"

#include <com_err.h>
#include <krb5/krb5.h>
#include <string.h>

#define TABLE ((uint32_t)ERROR_TABLE_BASE_krb5)

static bool has(struct model_text text, const char *part)
{
	return text.at && memmem(text.at, text.length, part, strlen(part));
}

static bool says(const struct model_step *step, unsigned code)
{
	const char *message;

	if (!step->failed)
		return false;
	if ((uint32_t)step->minor == TABLE + code)
		return true;
	if ((uint32_t)step->minor - TABLE < 256)
		return false;
	message = error_message((long)ERROR_TABLE_BASE_krb5 + (long)code);
	return message && has(step->text, message);
}

const struct model_step *talk_says(const struct model_talk *talk, unsigned code)
{
	for (const struct model_step *step = talk ? talk->steps.first : NULL; step; step = step->next)
		if (says(step, code))
			return step;
	return NULL;
}

const struct model_step *talk_says_text(const struct model_talk *talk, const char *part)
{
	for (const struct model_step *step = talk ? talk->steps.first : NULL; step; step = step->next)
		if (step->failed && has(step->text, part))
			return step;
	return NULL;
}
