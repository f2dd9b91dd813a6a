/* SPDX-License-Identifier: MIT */
/* A service as a user names it; see target.h. */
#include "tools/doctor/target.h"

#include "tools/base/list.h"
#include "trace/unconst.h"

#include <krb5.h>
#include <stdlib.h>
#include <string.h>

bool probe_target_is_principal(const char *text)
{
	krb5_principal principal = NULL;
	krb5_context context;
	bool malformed = false;

	/* Without a configuration nobody can tell; it is the configuration that is spoken of then. */
	if (!*text || krb5_init_context(&context))
		return *text;
	malformed = krb5_parse_name(context, text, &principal) == KRB5_PARSE_MALFORMED;
	krb5_free_principal(context, principal);
	krb5_free_context(context);
	return !malformed;
}

int probe_target_parse(struct probe_target *target, const char *text)
{
	size_t length = strcspn(text, "/@");
	const char *host = text + length + 1;

	*target = (struct probe_target){0};
	if (!length || !text[length] || !*host)
		return -1;
	if (text[length] == '@' ? strpbrk(host, "/@") != NULL : *host == '@')
		return -1;
	if (text[length] == '/' && !probe_target_is_principal(text))
		return -1;
	target->service = must_format("%.*s", (int)length, text);
	target->host = must_format("%.*s", (int)strcspn(host, "/@"), host);
	target->principal = text[length] == '/' ? must_strdup(text) : NULL;
	return 0;
}

void probe_target_free(struct probe_target *target)
{
	free(TR_UNCONST(target->service));
	free(TR_UNCONST(target->host));
	free(TR_UNCONST(target->principal));
	*target = (struct probe_target){0};
}

int32_t probe_target_principal(void *context, const struct probe_target *target, void *principal)
{
	if (target->principal)
		return krb5_parse_name(context, target->principal, principal);
	return krb5_sname_to_principal(context, target->host, target->service, KRB5_NT_SRV_HST, principal);
}
