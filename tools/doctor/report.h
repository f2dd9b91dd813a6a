/* SPDX-License-Identifier: MIT */
/*
 * gsstap doctor --service: evidence gathered, judged, and written a line a check.
 */
#ifndef TOOLS_DOCTOR_REPORT_H
#define TOOLS_DOCTOR_REPORT_H

#include "tools/doctor/evidence.h"

#include <stdio.h>

/* Returns 0: nothing is wrong; 1: something is; -1: it cannot be written (errno). */
int doctor_report(const struct evidence_question *question, FILE *file, bool colour, bool json);

#endif
