/* SPDX-License-Identifier: MIT */
/*
 * Names by a field's type, and of errno values. A type of small numbers needs a row in name_of and nothing
 * else.
 */
#include "tools/names/names.h"

#include "tools/names/zmq.h"
#include "trace/bindings.h"

#include <krb5/krb5.h>
#include <string.h>

#define PICK(names, number) ((number) < sizeof(names) / sizeof((names)[0]) ? (names)[number] : NULL)

static const char *enctype(uint64_t number)
{
	static char name[64];

	if (number > INT32_MAX || krb5_enctype_to_name((krb5_enctype)number, FALSE, name, sizeof(name)))
		return NULL;
	return name;
}

const char *name_of(enum tr_type type, uint64_t number)
{
	static const char *const usages[] = {"both", "initiate", "accept"};
	static const char *const roles[] = {NULL, "initiator", "acceptor", "server", "client"};
	static const char *const outcomes[] = {NULL, "established", "failed", "refused", "abandoned"};

	switch (type) {
	case TR_TYPE_USAGE:
		return PICK(usages, number);
	case TR_TYPE_ROLE:
		return PICK(roles, number);
	case TR_TYPE_OUTCOME:
		return PICK(outcomes, number);
	case TR_TYPE_BINDINGS:
		return PICK(tr_bindings_kinds, number);
	case TR_TYPE_ENCTYPE:
		return enctype(number);
	case TR_TYPE_CALL:
		return number <= UINT16_MAX ? tr_call_name((unsigned)number) : NULL;
	case TR_TYPE_ZMQ_TYPE:
		return name_zmq_type(number);
	case TR_TYPE_ZMQ_OPTION:
		return name_zmq_option(number);
	case TR_TYPE_ZMQ_CTX_OPTION:
		return name_zmq_ctx_option(number);
	case TR_TYPE_ZMQ_MECH:
		return name_zmq_mechanism(number);
	default:
		return NULL;
	}
}

bool name_enctype_weak(int64_t enctype)
{
	switch (enctype) {
	case ENCTYPE_DES_CBC_CRC:
	case ENCTYPE_DES_CBC_MD4:
	case ENCTYPE_DES_CBC_MD5:
	case ENCTYPE_DES3_CBC_SHA1:
	case ENCTYPE_ARCFOUR_HMAC:
	case ENCTYPE_ARCFOUR_HMAC_EXP:
		return true;
	default:
		return false;
	}
}

/* ZMQ_HAUSNUMERO and up: <zmq.h>, and zmq_strerror for the texts. */
static const struct {
	int number;
	const char *name, *text;
} zmq_errors[] = {
	{156384712 + 51, "EFSM", "Operation cannot be accomplished in current state"},
	{156384712 + 52, "ENOCOMPATPROTO", "The protocol is not compatible with the socket type"},
	{156384712 + 53, "ETERM", "Context was terminated"},
	{156384712 + 54, "EMTHREAD", "No thread available"},
};

const char *name_errno(int64_t number)
{
	for (size_t i = 0; i < sizeof(zmq_errors) / sizeof(zmq_errors[0]); i++)
		if (zmq_errors[i].number == number)
			return zmq_errors[i].name;
	return number > 0 && number <= INT32_MAX ? strerrorname_np((int)number) : NULL;
}

const char *name_errno_text(int64_t number)
{
	for (size_t i = 0; i < sizeof(zmq_errors) / sizeof(zmq_errors[0]); i++)
		if (zmq_errors[i].number == number)
			return zmq_errors[i].text;
	return number > 0 && number <= INT32_MAX ? strerrordesc_np((int)number) : NULL;
}
