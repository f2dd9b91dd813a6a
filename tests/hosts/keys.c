/* SPDX-License-Identifier: MIT */
/*
 * keys: what takes a security context, or its keys, out of the library, each on a context of its own. Prints
 * what became of each, and goes on; exits 1 when one was refused.
 */
#include "gss.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

static int failures;

/* gave: what a refused call has left in its output. */
static int told(const char *call, OM_uint32 major, OM_uint32 minor, const void *gave)
{
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	OM_uint32 ignored, more = 0;

	if (!GSS_ERROR(major)) {
		printf("%s: made\n", call);
		return 1;
	}
	gss_display_status(&ignored, minor, GSS_C_MECH_CODE, &oid_krb5, &more, &text);
	printf("%s: %08x %.*s%s\n", call, major, (int)text.length, (char *)text.value,
	       gave ? ", and gave something" : "");
	gss_release_buffer(&ignored, &text);
	failures++;
	return 0;
}

static void lucid(void)
{
	struct pair p = shake_hands(&oid_krb5);
	OM_uint32 major, minor;
	void *out = &p;

	major = gss_krb5_export_lucid_sec_context(&minor, &p.initiator, 1, &out);
	if (told("lucid", major, minor, out))
		gss_krb5_free_lucid_sec_context(&minor, out);
	else
		send_message(&p, "it is still there");
	hang_up(&p);
}

static void asked(const char *what, gss_OID_desc object)
{
	struct pair p = shake_hands(&oid_krb5);
	gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
	OM_uint32 major, minor;

	major = gss_inquire_sec_context_by_oid(&minor, p.initiator, &object, &set);
	told(what, major, minor, set);
	gss_release_buffer_set(&minor, &set);
	send_message(&p, "it is still there");
	hang_up(&p);
}

static void moved(void)
{
	struct pair p = shake_hands(&oid_krb5);
	gss_buffer_desc exported = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;

	major = gss_export_sec_context(&minor, &p.acceptor, &exported);
	if (told("export", major, minor, exported.value)) {
		major = gss_import_sec_context(&minor, &exported, &p.acceptor);
		told("import", major, minor, p.acceptor);
	}
	if (p.acceptor)
		send_message(&p, "it is there");
	gss_release_buffer(&minor, &exported);
	hang_up(&p);
}

static void derived(void)
{
	struct pair p = shake_hands(&oid_krb5);
	gss_buffer_desc seed = {4, (void *)"seed"}, out = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;

	major = gss_pseudo_random(&minor, p.initiator, GSS_C_PRF_KEY_FULL, &seed, 16, &out);
	told("pseudo-random", major, minor, out.value);
	gss_release_buffer(&minor, &out);
	hang_up(&p);
}

int main(void)
{
	lucid();
	asked("lucid by oid", (gss_OID_desc){12, (void *)"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x06\x01"});
	asked("session key", (gss_OID_desc){11, (void *)"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x05"});
	asked("ticket flags", (gss_OID_desc){11, (void *)"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x01"});
	moved();
	derived();
	return failures > 0;
}
