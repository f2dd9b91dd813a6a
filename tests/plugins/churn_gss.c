/* SPDX-License-Identifier: MIT */
/* A plugin of tests/hosts/churn.c that calls a library which its program has, too. */
#include <gssapi/gssapi.h>

int call(void);

int call(void)
{
	gss_buffer_desc text = {5, "alice"}, shown = {0, NULL};
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor;
	int failed;

	failed = gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, &name) != GSS_S_COMPLETE ||
		 gss_display_name(&minor, name, &shown, NULL) != GSS_S_COMPLETE || shown.length != 5;
	gss_release_buffer(&minor, &shown);
	gss_release_name(&minor, &name);
	return failed;
}
