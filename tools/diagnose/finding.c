/* SPDX-License-Identifier: MIT */
/* See finding.h. */
#include "tools/diagnose/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *print(const char *before, const char *format, va_list arguments)
{
	char *text, *whole;

	if (vasprintf(&text, format, arguments) < 0)
		return must_strdup(before);
	whole = must_format("%s%s", before, text);
	free(text);
	return whole;
}

/* What two calls say alike is said once. */
static void take(struct list *list, char *text)
{
	if (list_has(list, text))
		free(text);
	else
		list_take(list, text);
}

#define ADD(list, before)                                                                                    \
	do {                                                                                                 \
		va_list arguments;                                                                           \
		va_start(arguments, format);                                                                 \
		take(&finding->list, print(before, format, arguments));                                      \
		va_end(arguments);                                                                           \
	} while (0)

void finding_cause(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	free(finding->cause);
	va_start(arguments, format);
	finding->cause = print("", format, arguments);
	va_end(arguments);
}

void finding_evidence(struct finding *finding, const char *format, ...)
{
	ADD(evidence, "");
}

void finding_remedy(struct finding *finding, const char *format, ...)
{
	ADD(remedies, "");
}

void finding_command(struct finding *finding, const char *format, ...)
{
	ADD(remedies, "\t");
}

void finding_free(struct finding *finding)
{
	free(finding->cause);
	list_free(&finding->evidence);
	list_free(&finding->remedies);
	list_free(&finding->unseen);
	free(finding);
}

static const struct model_program *program_of(const struct finding *finding)
{
	const struct model_talk *talk = finding->acc ? finding->acc : finding->init;

	return talk ? talk->process->program : finding->program;
}

static bool same(const struct finding *a, const struct finding *b)
{
	return a->id == b->id && !strcmp(a->cause, b->cause) && program_of(a) == program_of(b);
}

void findings_add(struct findings *findings, struct finding *finding)
{
	for (struct finding *there = findings->first; there; there = there->next)
		if (same(there, finding)) {
			there->count += finding->count;
			there->last = finding->last > there->last ? finding->last : there->last;
			finding_free(finding);
			return;
		}
	*(findings->last ? &findings->last->next : &findings->first) = finding;
	findings->last = finding;
	findings->count++;
}

void findings_free(struct findings *findings)
{
	for (struct finding *finding = findings->first, *next; finding; finding = next) {
		next = finding->next;
		finding_free(finding);
	}
	*findings = (struct findings){0};
}
