/* SPDX-License-Identifier: MIT */
/*
 * What a KDC's error tells of the KDC: its code and its clock.
 */
#ifndef TOOLS_DOCTOR_KRB_ERROR_H
#define TOOLS_DOCTOR_KRB_ERROR_H

#include "tools/doctor/kdc_list.h"

#include <krb5.h>

/* clock_us: our clock when it was made, since 1970. */
void krb_error_take(struct probe_answer *answer, const krb5_error *error, int64_t clock_us);

#endif
