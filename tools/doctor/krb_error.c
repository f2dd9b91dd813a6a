/* SPDX-License-Identifier: MIT */
/* Takes code and clock from a KDC's error; see krb_error.h. */
#include "tools/doctor/krb_error.h"

void krb_error_take(struct probe_answer *answer, const krb5_error *error, int64_t clock_us)
{
	answer->has_code = true;
	/* The protocol's number is the offset into libkrb5's table, which has 128 of them, and is the KDC's
	 * to choose. */
	answer->code = (int32_t)(ERROR_TABLE_BASE_krb5 + (int64_t)(error->error & 0x7f));
	answer->ahead_us = (uint32_t)error->stime * INT64_C(1000000) + error->susec - clock_us;
}
