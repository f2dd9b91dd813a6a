/* SPDX-License-Identifier: MIT */
/* Reads libkrb5's settings; see config.h. */
#include "tools/doctor/config.h"

#include "tools/doctor/config_file.h"
#include "tools/base/list.h"

#include <krb5.h>
#include <profile.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEFAULT_FILES "/etc/krb5.conf" /* libkrb5 does not tell what it was built with */
#define DEFAULT_SKEW 300

/* libkrb5 exports both, and its header has neither. Without them what is permitted is what counts. */
krb5_error_code krb5_get_tgs_ktypes(krb5_context context, krb5_const_principal nobody, krb5_enctype **list)
	__attribute__((weak));
krb5_error_code krb5_get_default_in_tkt_ktypes(krb5_context context, krb5_enctype **list)
	__attribute__((weak));

static void look_at_files(struct probe_config *config)
{
	const char *set = secure_getenv("KRB5_CONFIG"), *list = set ? set : DEFAULT_FILES;

	config->from_environment = set != NULL;
	while (*list) {
		size_t length = strcspn(list, ":");
		char *path = must_format("%.*s", (int)length, list);

		if (*path) {
			config->files = must_grow(config->files, config->count, sizeof(*config->files));
			probe_config_file_look(&config->files[config->count++], path);
		}
		free(path);
		list += length + (list[length] == ':');
	}
}

static bool boolean(profile_t profile, const char *name, bool otherwise)
{
	int value = otherwise;

	profile_get_boolean(profile, "libdefaults", name, NULL, otherwise, &value);
	return value;
}

static char *text(profile_t profile, const char *name)
{
	char *value = NULL, *copied;

	profile_get_string(profile, "libdefaults", name, NULL, NULL, &value);
	copied = value ? must_strdup(value) : NULL;
	profile_release_string(value);
	return copied;
}

static enum probe_canonicalize canonicalize(profile_t profile)
{
	enum probe_canonicalize result;
	char *value = NULL;

	profile_get_string(profile, "libdefaults", "dns_canonicalize_hostname", NULL, NULL, &value);
	if (value && !strcasecmp(value, "fallback"))
		result = PROBE_CANONICALIZE_FALLBACK;
	else
		result = boolean(profile, "dns_canonicalize_hostname", true) ? PROBE_CANONICALIZE_YES
									     : PROBE_CANONICALIZE_NO;
	profile_release_string(value);
	return result;
}

/* libkrb5 takes "5m" here as well as a number. */
static int clockskew(profile_t profile)
{
	krb5_deltat seconds = DEFAULT_SKEW;
	char *value = NULL;

	profile_get_string(profile, "libdefaults", "clockskew", NULL, NULL, &value);
	if (value && krb5_string_to_deltat(value, &seconds))
		seconds = DEFAULT_SKEW;
	profile_release_string(value);
	return (int)seconds;
}

static int32_t *copy(krb5_context context, krb5_enctype *list, size_t *count)
{
	int32_t *made;

	for (*count = 0; list && list[*count];)
		++*count;
	made = must_calloc(*count, sizeof(*made));
	for (size_t i = 0; i < *count; i++)
		made[i] = list[i];
	krb5_free_enctypes(context, list);
	return made;
}

static krb5_error_code read_tgs(krb5_context context, krb5_enctype **list)
{
	return krb5_get_tgs_ktypes ? krb5_get_tgs_ktypes(context, NULL, list)
				   : krb5_get_permitted_enctypes(context, list);
}

static krb5_error_code read_tkt(krb5_context context, krb5_enctype **list)
{
	return krb5_get_default_in_tkt_ktypes ? krb5_get_default_in_tkt_ktypes(context, list)
					      : krb5_get_permitted_enctypes(context, list);
}

static void read_enctypes(struct probe_enctypes *enctypes, krb5_context context, profile_t profile,
			  const char *setting, krb5_error_code (*ask)(krb5_context, krb5_enctype **))
{
	krb5_enctype *list = NULL;
	char *value = NULL;

	if (!ask(context, &list))
		enctypes->list = copy(context, list, &enctypes->count);
	profile_get_string(profile, "libdefaults", setting, NULL, NULL, &value);
	enctypes->setting = value ? setting : "permitted_enctypes";
	profile_release_string(value);
}

static void read_permitted(struct probe_config *config, krb5_context context)
{
	krb5_enctype *list = NULL;

	if (!krb5_get_permitted_enctypes(context, &list))
		config->permitted = copy(context, list, &config->permitted_count);
}

static void read_settings(struct probe_config *config, krb5_context context)
{
	char name[4096], *realm = NULL;
	const char *cache = krb5_cc_default_name(context);
	profile_t profile;

	if (!krb5_get_default_realm(context, &realm)) {
		config->default_realm = must_strdup(realm);
		krb5_free_default_realm(context, realm);
	}
	config->default_keytab = must_strdup(krb5_kt_default_name(context, name, sizeof(name)) ? "" : name);
	config->default_ccache = must_strdup(cache ? cache : "");
	read_permitted(config, context);
	if (krb5_get_profile(context, &profile))
		return;
	read_enctypes(&config->for_tickets, context, profile, "default_tgs_enctypes", read_tgs);
	read_enctypes(&config->for_login, context, profile, "default_tkt_enctypes", read_tkt);
	config->canonicalize = canonicalize(profile);
	config->rdns = boolean(profile, "rdns", true);
	config->dns_lookup_kdc = boolean(profile, "dns_lookup_kdc", boolean(profile, "dns_fallback", true));
	config->dns_lookup_realm = boolean(profile, "dns_lookup_realm", false);
	config->allow_weak_crypto = boolean(profile, "allow_weak_crypto", false);
	config->enforce_ok_as_delegate = boolean(profile, "enforce_ok_as_delegate", false);
	config->default_rcache = text(profile, "default_rcache_name");
	config->clockskew = clockskew(profile);
	profile_release(profile);
}

static enum probe_state state_of(const struct probe_config *config)
{
	bool any = false;

	for (size_t i = 0; i < config->count; i++) {
		if (config->code && config->files[i].code)
			return PROBE_MALFORMED;
		any = any || !config->files[i].file.error;
	}
	if (config->code)
		return PROBE_FAILED;
	return any ? PROBE_OK : PROBE_MISSING;
}

void probe_config_read(struct probe_config *config)
{
	krb5_context context = NULL;

	*config = (struct probe_config){.clockskew = DEFAULT_SKEW};
	look_at_files(config);
	config->code = krb5_init_context(&context);
	if (config->code)
		config->text = probe_message(NULL, config->code);
	else
		read_settings(config, context);
	config->state = state_of(config);
	krb5_free_context(context);
}

void probe_config_free(struct probe_config *config)
{
	for (size_t i = 0; i < config->count; i++)
		probe_config_file_free(&config->files[i]);
	free(config->files);
	free(config->text);
	free(config->default_realm);
	free(config->permitted);
	free(config->for_tickets.list);
	free(config->for_login.list);
	free(config->default_keytab);
	free(config->default_ccache);
	free(config->default_rcache);
	*config = (struct probe_config){0};
}

bool probe_config_permits(const struct probe_config *config, int32_t enctype)
{
	return probe_enctypes_have(&(struct probe_enctypes){config->permitted, config->permitted_count, NULL},
				   enctype);
}

bool probe_enctypes_have(const struct probe_enctypes *enctypes, int32_t enctype)
{
	for (size_t i = 0; i < enctypes->count; i++)
		if (enctypes->list[i] == enctype)
			return true;
	return false;
}

bool probe_config_kinit_suits(const struct probe_config *config)
{
	for (size_t i = 0; i < config->for_login.count; i++)
		if (!probe_enctypes_have(&config->for_tickets, config->for_login.list[i]))
			return false;
	return true;
}
