/* SPDX-License-Identifier: MIT */
/* Keys as text: Z85, ZeroMQ's RFC 32. */
#ifndef TOOLS_CERT_Z85_H
#define TOOLS_CERT_Z85_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define Z85_KEY 40   /* characters of a key */
#define Z85_BYTES 32 /* that it stands for */

/* Terminated. */
void z85_encode(const uint8_t key[Z85_BYTES], char text[Z85_KEY + 1]);
/* False: it is not of that length, has another character, or stands for more than its bytes can. */
bool z85_decode(const char *text, size_t length, uint8_t key[Z85_BYTES]);

#endif
