/* SPDX-License-Identifier: MIT */
/*
 * Names of numbers: compared with the headers they come from.
 */
#include "tools/names/names.h"
#include "tools/names/zmq.h"

#define ZMQ_BUILD_DRAFT_API
#include <errno.h>
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>
#include <zmq.h>

static void zmq_names_agree_with_the_header(void **state)
{
	(void)state;
#define SAME(function, constant) assert_string_equal(function(constant), #constant)
	SAME(name_zmq_option, ZMQ_AFFINITY);
	SAME(name_zmq_option, ZMQ_LINGER);
	SAME(name_zmq_option, ZMQ_MECHANISM);
	SAME(name_zmq_option, ZMQ_PLAIN_PASSWORD);
	SAME(name_zmq_option, ZMQ_CURVE_SECRETKEY);
	SAME(name_zmq_option, ZMQ_ZAP_DOMAIN);
	SAME(name_zmq_option, ZMQ_GSSAPI_SERVER);
	SAME(name_zmq_option, ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE);
	SAME(name_zmq_option, ZMQ_BINDTODEVICE);
	SAME(name_zmq_option, ZMQ_PRIORITY);
	SAME(name_zmq_ctx_option, ZMQ_IO_THREADS);
	SAME(name_zmq_ctx_option, ZMQ_ZERO_COPY_RECV);
	SAME(name_zmq_type, ZMQ_PAIR);
	SAME(name_zmq_type, ZMQ_STREAM);
	SAME(name_zmq_type, ZMQ_CHANNEL);
	SAME(name_zmq_mechanism, ZMQ_NULL);
	SAME(name_zmq_mechanism, ZMQ_GSSAPI);
#undef SAME
	assert_null(name_zmq_option(100000));
	assert_null(name_zmq_type(UINT64_MAX));
	assert_string_equal(name_errno(EFSM), "EFSM");
	assert_string_equal(name_errno(EFSM + 1), "ENOCOMPATPROTO");
	assert_string_equal(name_errno(EMTHREAD), "EMTHREAD");
	assert_string_equal(name_errno(EACCES), "EACCES");
	assert_null(name_errno(-1));
}

static void assert_major(uint32_t major, const char *expected)
{
	const char *names[NAMES_MAX];
	uint32_t rest;

	assert_int_equal(names_major(major, names, &rest), 1);
	assert_string_equal(names[0], expected);
	assert_int_equal(rest, 0);
}

static void gss_names_agree_with_the_header(void **state)
{
	(void)state;
#define SAME(constant) assert_major(constant, #constant)
	SAME(GSS_S_COMPLETE);
	SAME(GSS_S_BAD_MECH);
	SAME(GSS_S_BAD_NAME);
	SAME(GSS_S_BAD_NAMETYPE);
	SAME(GSS_S_BAD_BINDINGS);
	SAME(GSS_S_BAD_STATUS);
	SAME(GSS_S_BAD_SIG);
	SAME(GSS_S_NO_CRED);
	SAME(GSS_S_NO_CONTEXT);
	SAME(GSS_S_DEFECTIVE_TOKEN);
	SAME(GSS_S_DEFECTIVE_CREDENTIAL);
	SAME(GSS_S_CREDENTIALS_EXPIRED);
	SAME(GSS_S_CONTEXT_EXPIRED);
	SAME(GSS_S_FAILURE);
	SAME(GSS_S_BAD_QOP);
	SAME(GSS_S_UNAUTHORIZED);
	SAME(GSS_S_UNAVAILABLE);
	SAME(GSS_S_DUPLICATE_ELEMENT);
	SAME(GSS_S_NAME_NOT_MN);
	SAME(GSS_S_BAD_MECH_ATTR);
	SAME(GSS_S_CALL_INACCESSIBLE_READ);
	SAME(GSS_S_CALL_INACCESSIBLE_WRITE);
	SAME(GSS_S_CALL_BAD_STRUCTURE);
	SAME(GSS_S_CONTINUE_NEEDED);
	SAME(GSS_S_DUPLICATE_TOKEN);
	SAME(GSS_S_OLD_TOKEN);
	SAME(GSS_S_UNSEQ_TOKEN);
	SAME(GSS_S_GAP_TOKEN);
#undef SAME
	assert_string_equal(name_major_text(GSS_S_BAD_BINDINGS), "Incorrect channel bindings were supplied");
	assert_string_equal(name_major_text(GSS_S_CALL_BAD_STRUCTURE), "A parameter was malformed");
	assert_string_equal(name_major_text(GSS_S_CALL_BAD_STRUCTURE | GSS_S_NO_CONTEXT),
			    "No context has been established");
	assert_string_equal(name_major_text(GSS_S_FAILURE), "");
	assert_string_equal(name_major_text(GSS_S_CONTINUE_NEEDED), "");
	assert_string_equal(name_major_text(0xffff0000), "");
}

static void assert_flag(uint32_t flag, const char *expected)
{
	const char *names[NAMES_MAX];
	uint32_t rest;

	assert_int_equal(names_gss_flags(flag, names, &rest), 1);
	assert_string_equal(names[0], expected);
	assert_int_equal(rest, 0);
}

static void flag_names_agree_with_the_header(void **state)
{
	(void)state;
	assert_flag(GSS_C_DELEG_FLAG, "deleg");
	assert_flag(GSS_C_MUTUAL_FLAG, "mutual");
	assert_flag(GSS_C_REPLAY_FLAG, "replay");
	assert_flag(GSS_C_SEQUENCE_FLAG, "sequence");
	assert_flag(GSS_C_CONF_FLAG, "conf");
	assert_flag(GSS_C_INTEG_FLAG, "integ");
	assert_flag(GSS_C_ANON_FLAG, "anon");
	assert_flag(GSS_C_PROT_READY_FLAG, "prot_ready");
	assert_flag(GSS_C_TRANS_FLAG, "trans");
	assert_flag(GSS_C_DCE_STYLE, "dce_style");
	assert_flag(GSS_C_IDENTIFY_FLAG, "identify");
	assert_flag(GSS_C_EXTENDED_ERROR_FLAG, "extended_error");
	assert_flag(GSS_C_DELEG_POLICY_FLAG, "deleg_policy");
	assert_flag(GSS_C_CHANNEL_BOUND_FLAG, "channel_bound");
}

static void oids_are_dotted_or_refused(void **state)
{
	char text[64];

	(void)state;
	assert_true(name_oid_dotted((const uint8_t *)"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", 9, text,
				    sizeof(text)));
	assert_string_equal(text, "1.2.840.113554.1.2.2");
	assert_true(name_oid_dotted((const uint8_t *)"\x88\x37", 2, text, sizeof(text)));
	assert_string_equal(text, "2.999");
	assert_false(name_oid_dotted((const uint8_t *)"\x2a\x86", 2, text, sizeof(text)));
	assert_false(name_oid_dotted((const uint8_t *)"", 0, text, sizeof(text)));
	assert_false(name_oid_dotted((const uint8_t *)"\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11,
				     text, sizeof(text)));
	assert_false(name_oid_dotted((const uint8_t *)"\x2a\x03\x04", 3, text, 6));
	assert_string_equal(name_oid((const uint8_t *)"\x2b\x06\x01\x05\x05\x02", 6), "spnego");
	assert_null(name_oid((const uint8_t *)"\x2b\x06\x01\x05\x05", 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zmq_names_agree_with_the_header),
		cmocka_unit_test(gss_names_agree_with_the_header),
		cmocka_unit_test(flag_names_agree_with_the_header),
		cmocka_unit_test(oids_are_dotted_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
