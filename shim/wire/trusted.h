/* SPDX-License-Identifier: MIT */
/* libcrypto, loaded at the first call and once it has given known answers. */
#ifndef SHIM_TRUSTED_H
#define SHIM_TRUSTED_H

#include "shim/wire/crypto.h"

/* NULL: there is none, or its answers are wrong. Then nothing is sealed by it in this process; but for a
 * thread that comes while very many others load it. */
const struct tap_crypto *tap_crypto(void);
/* The answers alone. */
bool tap_crypto_answers(const struct tap_crypto *crypto);

#endif
