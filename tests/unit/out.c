/* SPDX-License-Identifier: MIT */
/*
 * The lines that decode prints: exact for a few events, always valid JSON and always harmless to a terminal
 * for whatever bytes a trace holds. The names are compared with the headers they come from.
 */
#include "tests/unit/build_trace.h"
#include "tools/names/names.h"
#include "tools/names/zmq.h"
#include "tools/out/out.h"
#include "tools/view/show.h"

#define ZMQ_BUILD_DRAFT_API
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

/* 2026-01-02 03:04:05.123456789 UTC */
#define TIME 1767323045123456789ull

static char path[] = "/tmp/gsstap-out-XXXXXX";

static char *shown(const struct image *image, enum show_format format, bool colour)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	struct show *show = show_new(format, out, colour);

	image_write(image, path);
	assert_non_null(show);
	assert_int_equal(show_add(show, path), 0);
	assert_int_equal(show_poll(show, true), 0);
	show_free(show);
	fclose(out);
	return text;
}

/* One packet on its own, without the date line. */
static char *line_of(const struct packet *packet, enum show_format format, bool colour)
{
	struct image image = {0};
	char *text, *line;

	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_packet(&image, packet);
	text = shown(&image, format, colour);
	image_free(&image);
	line = format == SHOW_TEXT ? strchr(text, '\n') + 1 : text;
	memmove(text, line, strlen(line) + 1);
	return text;
}

static void assert_line(const struct packet *packet, enum show_format format, const char *expected)
{
	char *line = line_of(packet, format, false);

	assert_string_equal(line, expected);
	free(line);
}

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
	char *text = shown(&image, SHOW_JSON, false), *second = strchr(text, '\n') + 1;
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
	char *text = shown(&image, SHOW_JSON, false);
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

/* Shows `bytes` as a text field; returns the line, which the caller frees. */
static char *text_line(const void *bytes, size_t length, enum show_format format)
{
	struct packet packet = packet_new(TR_E_call, TIME, 4711, 1);

	packet.head.call = TR_gss_import_name;
	packet_put(&packet, TR_F_NAME, bytes, length);
	return line_of(&packet, format, false);
}

static void assert_text(const char *bytes, size_t length, const char *expected)
{
	char *line = text_line(bytes, length, SHOW_TEXT), whole[256];

	snprintf(whole, sizeof(whole), "03:04:05.123456 4711 gss_import_name(name=%s) <0.000000>\n",
		 expected);
	assert_string_equal(line, whole);
	free(line);
}

static void texts_are_quoted_where_they_could_mislead(void **state)
{
	(void)state;
	assert_text("alice@EXAMPLE.ORG", 17, "alice@EXAMPLE.ORG");
	assert_text("", 0, "\"\"");
	assert_text("a) = GSS_S_COMPLETE", 19, "\"a) = GSS_S_COMPLETE\"");
	assert_text("\033[2J", 4, "\"\\x1b[2J\"");
	assert_text("a\nb\"\\\t", 6, "\"a\\nb\\\"\\\\\\t\"");
	assert_text("j\xc3\xbcrgen", 7, "\"j\xc3\xbcrgen\"");
	assert_text("\xfc\0", 2, "\"\\xfc\\x00\"");
	assert_text("\xc2\x9b"
		    "2J",
		    4, "\"\\u{00009b}2J\"");
	assert_text("\xe2\x80\xae", 3, "\"\\u{00202e}\"");
	assert_text("\xc0\xaf\xed\xa0\x80", 5, "\"\\xc0\\xaf\\xed\\xa0\\x80\"");
}

static void assert_json_text(const char *bytes, size_t length, const char *expected)
{
	char *text = text_line(bytes, length, SHOW_JSON);
	json_t *line = json_loads(text, JSON_ALLOW_NUL, NULL);

	assert_string_equal(json_string_value(json_object_get(line, "name")), expected);
	json_decref(line);
	free(text);
}

static void in_json_a_byte_and_the_character_of_its_number_differ(void **state)
{
	(void)state;
	assert_json_text("\xfc", 1, "\\xfc");
	assert_json_text("\xc3\xbc", 2, "\xc3\xbc");
	assert_json_text("\\xfc", 4, "\\\\xfc"); /* a text that looks like the byte */
	assert_json_text("\\\xfc\\", 3, "\\\\\\xfc\\\\");
	assert_json_text("DOMAIN\\user", 11, "DOMAIN\\\\user");
	assert_json_text("\xe2\x80\xae\xc2\x9b", 5, "\xe2\x80\xae\xc2\x9b"); /* escaped in JSON's own way */
}

/* Every byte, alone and before others, in both formats. */
static void no_byte_of_a_text_breaks_a_line(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		const uint8_t bytes[] = {'a', (uint8_t)byte, 0xe2, 0x80, (uint8_t)byte, '"'};
		char *json = text_line(bytes, sizeof(bytes), SHOW_JSON),
		     *text = text_line(bytes, sizeof(bytes), SHOW_TEXT);
		json_t *line = json_loads(json, JSON_ALLOW_NUL, NULL);

		assert_non_null(line);
		assert_ptr_equal(strchr(json, '\n'), json + strlen(json) - 1);
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
		for (size_t i = 0; text[i + 1]; i++)
			assert_true((uint8_t)text[i] >= 0x20 && text[i] != 0x7f && (uint8_t)json[i] >= 0x20);
		json_decref(line);
		free(json);
		free(text);
	}
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

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	setenv("TZ", "UTC", 1);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
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
		cmocka_unit_test(in_json_a_byte_and_the_character_of_its_number_differ),
		cmocka_unit_test(secrets_are_marked_and_have_no_bytes),
		cmocka_unit_test(texts_are_quoted_where_they_could_mislead),
		cmocka_unit_test(no_byte_of_a_text_breaks_a_line),
		cmocka_unit_test(colour_is_written_only_where_asked_for),
		cmocka_unit_test(every_field_and_event_has_a_place_in_both_formats),
		cmocka_unit_test(zmq_names_agree_with_the_header),
		cmocka_unit_test(gss_names_agree_with_the_header),
		cmocka_unit_test(flag_names_agree_with_the_header),
		cmocka_unit_test(oids_are_dotted_or_refused),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
