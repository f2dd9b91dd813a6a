/* SPDX-License-Identifier: MIT */
/*
 * A realm's KDCs asked by libkrb5 itself: it may know of some that we do not find (URI records in DNS,
 * locator plugins), and goes through proxies.
 */
#ifndef TOOLS_DOCTOR_KDC_LIBRARY_H
#define TOOLS_DOCTOR_KDC_LIBRARY_H

#include "tools/doctor/kdc_list.h"

/* The same request, for client ("NAME@REALM") and this service; takes at most deadline_ms. */
void probe_kdc_ask_library(struct probe_answer *answer, const char *client, const char *service,
			   int deadline_ms);

#endif
