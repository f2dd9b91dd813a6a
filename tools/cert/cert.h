/* SPDX-License-Identifier: MIT */
/*
 * CURVE certificates in files, as CZMQ's zcert and pyzmq's zmq.auth keep them: a section `metadata` and a
 * section `curve` of ZPL (ZeroMQ's RFC 4), in either order. NAME.key holds the public key alone,
 * NAME.key_secret both.
 */
#ifndef TOOLS_CERT_CERT_H
#define TOOLS_CERT_CERT_H

#include "tools/cert/z85.h"

#include <stdio.h>
#include <sys/types.h>

#define CERT_METADATA 64 /* that are kept; more are an error */

struct cert_metadata {
	char *name, *value;
};

struct cert {
	bool has_public, has_secret;
	uint8_t public_key[Z85_BYTES], secret_key[Z85_BYTES];
	char public_text[Z85_KEY + 1];
	struct cert_metadata metadata[CERT_METADATA];
	unsigned count; /* of metadata */
	mode_t mode;	/* of its file */
};

/* Reads a certificate. Returns 0, or -1 with one sentence in why, which does not name path and holds no key.
 */
#define CERT_WHY 160
int cert_read(struct cert *cert, const char *path, char why[CERT_WHY]);
/* The same of a text that is not terminated; for cert_read and the fuzzer. */
int cert_parse(struct cert *cert, const char *text, size_t length, char why[CERT_WHY]);
/* Wipes its keys. */
void cert_free(struct cert *cert);

/* New keys. False: libcrypto cannot. */
bool cert_generate(struct cert *cert);
/* May name and value stand in a certificate? One sentence, static; NULL: they may. */
const char *cert_metadata_wrong(const char *name, const char *value);
/* As a file: with the secret key or without. False: it could not be written. */
bool cert_write(const struct cert *cert, bool secret, FILE *file);

/* What is wrong with the keys themselves, one sentence, static; NULL: nothing. */
const char *cert_keys_wrong(const struct cert *cert);

#endif
