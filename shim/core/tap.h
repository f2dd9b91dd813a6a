/* SPDX-License-Identifier: MIT */
/*
 * What every wrapper uses. It bears the real name and has the same steps in the same order: enter, judge,
 * call the real function, record, leave. Nothing here exits, prints or changes errno, and nothing on the way
 * of every call allocates.
 */
#ifndef SHIM_TAP_H
#define SHIM_TAP_H

#include "shim/core/ask.h"
#include "shim/core/judge.h"
#include "shim/core/lock.h"
#include "shim/core/record.h"
#include "shim/core/scope.h"
#include "shim/core/text.h"

#include <gssapi/gssapi_krb5.h>

#endif
