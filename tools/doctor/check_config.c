/* SPDX-License-Identifier: MIT */
/* Are the files read that hold libkrb5's configuration, and does it take them? */
#include "tools/doctor/checks.h"

#include "tools/doctor/words.h"

#include <stdlib.h>

static void check_file(struct lines *lines, const struct evidence *evidence,
		       const struct probe_config_file *one)
{
	const char *path = one->file.path;
	char *word = line_word(path);

	if (one->line) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "%s, line %u: %s", path, one->line, one->text);
		line_remedy(lines, "correct that line (or what it includes), or remove it:");
		line_command(lines, "\"${EDITOR:-vi}\" +%u %s", one->line, word);
	} else if (one->code) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "%s: %s", path, one->text);
		line_remedy(lines, "correct %s, or the files that it includes", path);
	} else if (probe_file_state(&one->file) == PROBE_DENIED) {
		/* Alone it is an error of libkrb5's; beside others it is passed over. */
		line_is(lines, LINE_WARN);
		line_say(lines, "%s cannot be read by this user%s", path,
			 evidence->config.code ? "" : ": libkrb5 goes without");
		line_command(lines, "chmod a+r %s", word);
	} else if (one->file.error) {
		/* Of the built-in list one is enough; who sets KRB5_CONFIG means each. */
		line_is(lines, evidence->config.from_environment ? LINE_WARN : LINE_OK);
		line_say(lines, "%s does not exist", path);
		if (evidence->config.from_environment)
			line_remedy(lines, "KRB5_CONFIG names it: make it, or correct the variable");
	} else {
		line_say(lines, "%s%s", path, evidence->config.from_environment ? " (KRB5_CONFIG)" : "");
	}
	line_item(lines, "files", path);
	free(word);
}

static void add_settings(struct lines *lines, const struct probe_config *config)
{
	static const char *const canonicalize[] = {"false", "true", "fallback"};

	line_text(lines, "default_realm", config->default_realm);
	line_text(lines, "dns_canonicalize_hostname", canonicalize[config->canonicalize]);
	line_bool(lines, "rdns", config->rdns);
	line_bool(lines, "dns_lookup_kdc", config->dns_lookup_kdc);
	line_bool(lines, "dns_lookup_realm", config->dns_lookup_realm);
	line_bool(lines, "allow_weak_crypto", config->allow_weak_crypto);
	line_number(lines, "clockskew_seconds", config->clockskew);
	line_text(lines, "default_keytab", config->default_keytab);
	line_text(lines, "default_cache", config->default_ccache);
}

void check_config(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_config *config = &evidence->config;

	line_begin(lines, "config");
	for (size_t i = 0; i < config->count; i++)
		check_file(lines, evidence, &config->files[i]);
	if (config->state == PROBE_FAILED) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "libkrb5 cannot be used: %s", config->text);
	} else if (config->state == PROBE_MISSING) {
		line_is(lines, LINE_WARN);
		line_say(lines,
			 "there is no configuration, and libkrb5 goes by what it was built with and by DNS");
	}
	if (config->code)
		line_number(lines, "code", config->code);
	else
		add_settings(lines, config);
	line_end(lines);
}
