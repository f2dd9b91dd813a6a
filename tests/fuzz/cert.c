/* SPDX-License-Identifier: MIT */
/*
 * Any text as a certificate: it is refused with a sentence, or what was read of it can be written and read
 * again to the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cert/cert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool can_be_written(const struct cert *cert)
{
	for (unsigned i = 0; i < cert->count; i++)
		if (cert_metadata_wrong(cert->metadata[i].name, cert->metadata[i].value))
			return false;
	return true;
}

static void write_and_read(const struct cert *cert)
{
	struct cert again = {.has_public = false};
	char why[CERT_WHY], *text;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	if (!cert_write(cert, cert->has_secret, file) || fclose(file))
		__builtin_trap();
	if (cert_parse(&again, text, length, why) || again.count != cert->count ||
	    again.has_secret != cert->has_secret || memcmp(again.public_key, cert->public_key, Z85_BYTES) ||
	    memcmp(again.secret_key, cert->secret_key, Z85_BYTES))
		__builtin_trap();
	for (unsigned i = 0; i < cert->count; i++)
		if (strcmp(again.metadata[i].value, cert->metadata[i].value))
			__builtin_trap();
	cert_free(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cert cert = {.has_public = false};
	char why[CERT_WHY] = "", *text = malloc(size ? size : 1);

	memcpy(text, data, size);
	if (cert_parse(&cert, text, size, why)) {
		if (!*why)
			__builtin_trap();
	} else {
		cert_keys_wrong(&cert);
		if (can_be_written(&cert))
			write_and_read(&cert);
	}
	cert_free(&cert);
	free(text);
	return 0;
}
