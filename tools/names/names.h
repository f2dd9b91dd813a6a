/* SPDX-License-Identifier: MIT */
/*
 * Names for numbers in traces, as the headers and RFCs have them. What has no name is shown as a number by
 * the caller; nothing here guesses.
 */
#ifndef TOOLS_NAMES_H
#define TOOLS_NAMES_H

#include "trace/reader.h"

/* The name of a number of one of the named types (ROLE, USAGE, ZMQ_OPTION, ENCTYPE, CALL ...), or NULL.
 * Static storage. */
const char *name_of(enum tr_type type, uint64_t number);

/* "EACCES", also for the numbers only libzmq has (EFSM, ETERM ...); NULL when unknown. */
const char *name_errno(int64_t number);
/* What it means, for people; NULL when unknown. */
const char *name_errno_text(int64_t number);

/* Up to NAMES_MAX names that a word of bits or codes is made of; *rest: bits without a name. Returns how
 * many. */
#define NAMES_MAX 32
size_t names_gss_flags(uint32_t flags, const char *names[NAMES_MAX], uint32_t *rest);
/* "GSS_S_COMPLETE", or an error's name and those of supplementary bits. */
size_t names_major(uint32_t major, const char *names[NAMES_MAX], uint32_t *rest);
/* What an error among them means, for people, where the minor status does not say more; "" when unknown. */
const char *name_major_text(uint32_t major);

/* Is a Kerberos encryption type one that RFC 6649 (DES) or RFC 8429 (DES3, RC4) says not to use any more? */
bool name_enctype_weak(int64_t enctype);

/* "KRB_AP_ERR_SKEW": what KRB-ERROR's error-code says; NULL when unknown. */
const char *name_krb_error(int64_t code);

/* A known mechanism, name type or mechanism attribute ("krb5", "GSS_C_NT_USER_NAME"), or NULL. der: the body
 * of the OID. */
const char *name_oid(const uint8_t *der, size_t length);
/* Dotted numbers into text; false when it is no OID or does not fit. */
bool name_oid_dotted(const uint8_t *der, size_t length, char *text, size_t size);

#endif
