/* SPDX-License-Identifier: MIT */
/*
 * The lines that decode prints: exact for a few events, always valid JSON. Texts are in out_text.c, names of
 * numbers in names.c.
 */
#include "tests/unit/show_line.h"
#include "tools/names/names.h"

#include <gssapi/gssapi.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

static struct packet init_call(void)
{
	struct packet packet = packet_new(TR_E_call, TIME, 4712, 9);

	packet.head.call = TR_gss_init_sec_context;
	packet.head.duration = 912345;
	packet_u64(&packet, TR_F_CONTEXT, 0x7f12);
	packet_put(&packet, TR_F_MECH, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", 9);
	packet_text(&packet, TR_F_ACCEPTOR, "host@server");
	packet_u32(&packet, TR_F_FLAGS_REQ, GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG);
	packet_token(&packet, TR_F_OUT_TOKEN, 612, 0, 0xab);
	packet.head.where = TR_WHERE_OUT_TOKEN;
	packet.payload = "\x60\x82";
	packet.payload_length = 2;
	packet_u32(&packet, TR_F_MAJOR, GSS_S_CONTINUE_NEEDED);
	packet_u32(&packet, TR_F_MINOR, 0);
	return packet;
}

static void a_call_is_shown_as_strace_would(void **state)
{
	struct packet packet = init_call();

	(void)state;
	assert_line(&packet, SHOW_TEXT,
		    "03:04:05.123456 4711/4712 gss_init_sec_context(context=0x7f12, mech=krb5, "
		    "acceptor=host@server, "
		    "flags_req=mutual|replay, out_token=612:abababab) = GSS_S_CONTINUE_NEEDED <0.000912>\n");
	packet.head.tid = packet.head.pid;
	packet.head.depth = 2;
	packet.used = 0;
	packet_u32(&packet, TR_F_MAJOR, GSS_S_FAILURE | GSS_S_CALL_BAD_STRUCTURE | GSS_S_OLD_TOKEN);
	packet_u32(&packet, TR_F_MINOR, 5);
	packet_text(&packet, TR_F_MINOR_TEXT, "No credentials");
	assert_line(
		&packet, SHOW_TEXT,
		"03:04:05.123456 4711     gss_init_sec_context() = "
		"GSS_S_CALL_BAD_STRUCTURE|GSS_S_FAILURE|GSS_S_OLD_TOKEN (\"No credentials\") <0.000912>\n");
}

static void a_call_is_one_json_object(void **state)
{
	struct packet packet = init_call();

	(void)state;
	assert_line(
		&packet, SHOW_JSON,
		"{\"time\":\"2026-01-02T03:04:05.123456789Z\",\"pid\":4711,\"tid\":4712,\"seq\":9,\"event\":"
		"\"call\","
		"\"call\":\"gss_init_sec_context\",\"depth\":0,\"duration_ns\":912345,\"context\":\"0x7f12\","
		"\"mech\":\"krb5\",\"acceptor\":\"host@server\",\"flags_req\":[\"mutual\",\"replay\"],"
		"\"out_token\":{\"len\":612,\"hash\":\"abababababababababababababababab\",\"hex\":\"6082\"},"
		"\"major\":1,\"major_name\":\"GSS_S_CONTINUE_NEEDED\",\"minor\":0}\n");
}

static void a_failed_zmq_call_names_its_errno(void **state)
{
	struct packet packet = packet_new(TR_E_call, TIME, 4711, 1);

	(void)state;
	packet.head.call = TR_zmq_setsockopt;
	packet_u32(&packet, TR_F_SOCKET_TYPE, ZMQ_REQ);
	packet_u32(&packet, TR_F_OPTION, ZMQ_GSSAPI_SERVER);
	packet_u32(&packet, TR_F_VALUE_INT, (uint32_t)-1);
	packet_u32(&packet, TR_F_RESULT, (uint32_t)-1);
	packet_u32(&packet, TR_F_ERRNO, ETERM);
	assert_line(&packet, SHOW_TEXT,
		    "03:04:05.123456 4711 zmq_setsockopt(socket_type=ZMQ_REQ, option=ZMQ_GSSAPI_SERVER, "
		    "value=-1) = -1 ETERM "
		    "(Context was terminated) <0.000000>\n");
	assert_line(&packet, SHOW_JSON,
		    "{\"time\":\"2026-01-02T03:04:05.123456789Z\",\"pid\":4711,\"tid\":4711,\"seq\":1,"
		    "\"event\":\"call\","
		    "\"call\":\"zmq_setsockopt\",\"depth\":0,\"duration_ns\":0,\"socket_type\":\"ZMQ_REQ\","
		    "\"option\":\"ZMQ_GSSAPI_SERVER\",\"value\":-1,\"result\":-1,\"errno\":156384765,"
		    "\"errno_name\":\"ETERM\"}\n");
}

static void unknown_numbers_stay_numbers(void **state)
{
	struct packet packet = packet_new(TR_E_call, TIME, 4711, 1);

	(void)state;
	packet.head.call = 9999;
	packet_u32(&packet, TR_F_OPTION, 7777);
	packet_u32(&packet, TR_F_FLAGS_RET, 0x80000002);
	packet_put(&packet, TR_F_MECH, "\x2a\x03\x04", 3);
	packet_put(&packet, 60000, "\x01\x02", 2);
	assert_line(&packet, SHOW_TEXT,
		    "03:04:05.123456 4711 call_9999(option=7777, flags_ret=mutual|0x80000000, mech=1.2.3.4, "
		    "field_60000=?) "
		    "<0.000000>\n");
	assert_line(&packet, SHOW_JSON,
		    "{\"time\":\"2026-01-02T03:04:05.123456789Z\",\"pid\":4711,\"tid\":4711,\"seq\":1,"
		    "\"event\":\"call\","
		    "\"call\":9999,\"depth\":0,\"duration_ns\":0,\"option\":7777,\"flags_ret\":[\"mutual\","
		    "\"0x80000000\"],"
		    "\"mech\":\"1.2.3.4\",\"field_60000\":\"0102\"}\n");
}

static void other_events_are_sentences(void **state)
{
	struct packet packet = packet_new(TR_E_handshake, TIME, 4711, 1);

	(void)state;
	packet_u32(&packet, TR_F_ROLE, TR_ROLE_ACCEPTOR);
	packet_u32(&packet, TR_F_OUTCOME, TR_OUTCOME_REFUSED);
	packet_text(&packet, TR_F_INITIATOR, "bob@EXAMPLE.ORG");
	packet_u32(&packet, TR_F_SESSION_ENCTYPE, 18);
	packet_u64(&packet, TR_F_DURATION, 2500000);
	packet_text(&packet, TR_F_REASON, "not listed in gss.peers");
	packet_u64(&packet, TR_F_CONTEXT, 0x1000);
	assert_line(&packet, SHOW_TEXT,
		    "03:04:05.123456 4711 handshake refused as acceptor: bob@EXAMPLE.ORG, "
		    "aes256-cts-hmac-sha1-96, took "
		    "0.002500 s: not listed in gss.peers (context=0x1000)\n");
	packet = packet_new(TR_E_would_refuse, TIME, 4711, 1);
	packet_u32(&packet, TR_F_CALL, TR_zmq_bind);
	packet_text(&packet, TR_F_RULE, "zmq.unsecured");
	packet_u32(&packet, TR_F_LINE, 12);
	assert_line(&packet, SHOW_TEXT,
		    "03:04:05.123456 4711 would refuse zmq_bind; rule zmq.unsecured, line 12\n");
	packet = packet_new((enum tr_event_id)500, TIME, 4711, 1);
	packet_u32(&packet, TR_F_COUNT, 3);
	assert_line(&packet, SHOW_TEXT, "03:04:05.123456 4711 event 500 (count=3)\n");
}

/* A process event with one library, and a call out of it. */
static struct image process_and_call(uint64_t caller)
{
	struct packet library = packet_new(TR_E_process, 0, 0, 0),
		      process = packet_new(TR_E_process, TIME, 4711, 0);
	struct packet call = packet_new(TR_E_call, TIME + 1, 4711, 1);
	struct image image = {0};

	packet_text(&library, TR_F_SONAME, "libzmq.so.5");
	packet_put(&library, TR_F_BUILD_ID, "\xde\xad", 2);
	packet_u64(&library, TR_F_BASE, 0x7f0000000000);
	packet_u64(&library, TR_F_SIZE, 0x2000);
	packet_text(&process, TR_F_EXE, "/usr/bin/python3.11");
	packet_put(&process, TR_F_LIBRARIES, library.fields, library.used);
	library.used = 0;
	packet_text(&library, TR_F_PATH, "/opt/x/plugin.so");
	packet_u64(&library, TR_F_BASE, 0x7e0000000000);
	packet_u64(&library, TR_F_SIZE, 0x1000);
	packet_put(&process, TR_F_LIBRARIES, library.fields, library.used);
	call.head.call = TR_gss_wrap;
	call.head.caller = caller;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_packet(&image, &process);
	image_packet(&image, &call);
	return image;
}

static void assert_caller(uint64_t caller, const char *expected)
{
	struct image image = process_and_call(caller);
	char *text = lines_shown(&image, SHOW_JSON, false), *second = strchr(text, '\n') + 1;
	json_t *line = json_loads(second, 0, NULL);

	assert_string_equal(json_string_value(json_object_get(line, "caller")), expected);
	json_decref(line);
	free(text);
	image_free(&image);
}

static void a_caller_is_an_object_and_an_offset(void **state)
{
	(void)state;
	assert_caller(0x7f0000001234, "libzmq.so.5+0x1234");
	assert_caller(0x7e0000000010, "plugin.so+0x10");
	assert_caller(0x7f0000002000, "0x7f0000002000");
	assert_caller(0x10, "0x10");
}

static void repeated_groups_are_one_array(void **state)
{
	struct image image = process_and_call(0);
	char *text = lines_shown(&image, SHOW_JSON, false);
	json_t *line = json_loads(text, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, NULL), *libraries;

	(void)state;
	libraries = json_object_get(line, "libraries");
	assert_int_equal(json_array_size(libraries), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(libraries, 0), "build_id")),
			    "dead");
	assert_string_equal(json_string_value(json_object_get(json_array_get(libraries, 1), "path")),
			    "/opt/x/plugin.so");
	json_decref(line);
	free(text);
	image_free(&image);
}

/* Parses a line, which must not have a key twice; the caller gives it back. */
static json_t *object_of(const struct packet *packet)
{
	char *text = line_of(packet, SHOW_JSON, false);
	json_t *line = json_loads(text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

	assert_non_null(line);
	free(text);
	return line;
}

static void what_stands_there_twice_is_one_key_with_both_values(void **state)
{
	struct packet packet = packet_new(TR_E_call, TIME, 4711, 1);
	json_t *line, *values;

	(void)state;
	packet.head.call = TR_gss_wrap;
	packet_text(&packet, TR_F_NAME, "first");
	packet_put(&packet, 60000, "\x01", 1);
	packet_text(&packet, TR_F_VALUE_TEXT, "text");
	packet_text(&packet, TR_F_NAME, "second");
	packet_u32(&packet, TR_F_VALUE_INT, 7); /* another field of the same key */
	packet_put(&packet, 60000, "\x02", 1);
	packet_u32(&packet, TR_F_ERRNO, EACCES);
	packet_u32(&packet, TR_F_ERRNO, EPERM);
	line = object_of(&packet);
	values = json_object_get(line, "name");
	assert_int_equal(json_array_size(values), 2);
	assert_string_equal(json_string_value(json_array_get(values, 0)), "first");
	assert_string_equal(json_string_value(json_array_get(values, 1)), "second");
	values = json_object_get(line, "value");
	assert_string_equal(json_string_value(json_array_get(values, 0)), "text");
	assert_int_equal(json_integer_value(json_array_get(values, 1)), 7);
	values = json_object_get(line, "field_60000");
	assert_string_equal(json_string_value(json_array_get(values, 1)), "02");
	assert_string_equal(json_string_value(json_array_get(json_object_get(line, "errno_name"), 1)),
			    "EPERM");
	json_decref(line);
}

static void numbers_that_a_double_would_round_are_strings(void **state)
{
	struct packet packet = packet_new(TR_E_context, TIME, 4711, UINT64_MAX);
	json_t *line;

	(void)state;
	packet_u64(&packet, TR_F_WRAPPED_BYTES, (UINT64_C(1) << 53) + 1);
	packet_u64(&packet, TR_F_UNWRAPPED_BYTES, UINT64_C(1) << 53);
	line = object_of(&packet);
	assert_string_equal(json_string_value(json_object_get(line, "seq")), "18446744073709551615");
	assert_string_equal(json_string_value(json_object_get(line, "wrapped_bytes")), "9007199254740993");
	assert_int_equal(json_integer_value(json_object_get(line, "unwrapped_bytes")), INT64_C(1) << 53);
	json_decref(line);
}

static void secrets_are_marked_and_have_no_bytes(void **state)
{
	struct packet packet = packet_new(TR_E_call, TIME, 4711, 1);

	(void)state;
	packet.head.call = TR_gss_acquire_cred_with_password;
	packet.head.where = TR_WHERE_NONE;
	packet.payload = "hunter2";
	packet.payload_length = 7;
	packet_token(&packet, TR_F_SECRET, 7, TR_TOKEN_KEYED, 1);
	assert_line(
		&packet, SHOW_TEXT,
		"03:04:05.123456 4711 gss_acquire_cred_with_password(secret=7:keyed:01010101) <0.000000>\n");
	assert_line(&packet, SHOW_JSON,
		    "{\"time\":\"2026-01-02T03:04:05.123456789Z\",\"pid\":4711,\"tid\":4711,\"seq\":1,"
		    "\"event\":\"call\","
		    "\"call\":\"gss_acquire_cred_with_password\",\"depth\":0,\"duration_ns\":0,\"secret\":{"
		    "\"len\":7,"
		    "\"hash\":\"01010101010101010101010101010101\",\"keyed\":true}}\n");
}

static void colour_is_written_only_where_asked_for(void **state)
{
	struct packet packet = packet_new(TR_E_refused, TIME, 4711, 1);
	char *plain, *coloured, *json;

	(void)state;
	packet_u32(&packet, TR_F_CALL, TR_zmq_bind);
	plain = line_of(&packet, SHOW_TEXT, false);
	coloured = line_of(&packet, SHOW_TEXT, true);
	json = line_of(&packet, SHOW_JSON, true);
	assert_null(strchr(plain, '\033'));
	assert_null(strchr(json, '\033'));
	assert_non_null(strstr(coloured, "\033[1;31mrefused zmq_bind\033[0m\n"));
	free(plain);
	free(coloured);
	free(json);
}

static void every_field_and_event_has_a_place_in_both_formats(void **state)
{
	(void)state;
	for (unsigned id = 1; id < tr_field_ids; id++) {
		const struct tr_field_info *info = tr_field_info(id);
		const uint8_t zeros[32] = {0};
		const size_t lengths[] = {4, 8, 16, 32, 3};
		struct packet packet = packet_new(TR_E_call, TIME, 4711, 1);
		char *json, *text, key[64];

		if (!info)
			continue;
		packet.head.call = TR_gss_wrap;
		for (size_t i = 0; i < 5 && !packet.used; i++) { /* the first length that its type can have */
			struct packet tried = packet;
			struct tr_cursor cursor;
			struct tr_value value;

			packet_put(&tried, id, zeros, lengths[i]);
			cursor = (struct tr_cursor){tried.fields, tried.fields + tried.used, false};
			if (tr_cursor_next(&cursor, &value))
				packet = tried;
		}
		json = line_of(&packet, SHOW_JSON, false);
		text = line_of(&packet, SHOW_TEXT, false);
		snprintf(key, sizeof(key), "\"%s\":", info->json);
		assert_non_null(strstr(json, key));
		assert_true(strlen(text) > 40);
		free(json);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_shown_as_strace_would),
		cmocka_unit_test(a_call_is_one_json_object),
		cmocka_unit_test(a_failed_zmq_call_names_its_errno),
		cmocka_unit_test(unknown_numbers_stay_numbers),
		cmocka_unit_test(other_events_are_sentences),
		cmocka_unit_test(a_caller_is_an_object_and_an_offset),
		cmocka_unit_test(repeated_groups_are_one_array),
		cmocka_unit_test(what_stands_there_twice_is_one_key_with_both_values),
		cmocka_unit_test(numbers_that_a_double_would_round_are_strings),
		cmocka_unit_test(secrets_are_marked_and_have_no_bytes),
		cmocka_unit_test(colour_is_written_only_where_asked_for),
		cmocka_unit_test(every_field_and_event_has_a_place_in_both_formats),
	};

	return cmocka_run_group_tests(tests, line_file_make, line_file_remove);
}
