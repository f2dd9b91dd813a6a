/* SPDX-License-Identifier: MIT */
/*
 * The KDCs of a realm: where libkrb5 would look for them, which of them answer, how fast, and how far their
 * clocks are from ours.
 *
 * Each is asked for an initial ticket for a service that does not exist, gsstap-doctor, which any KDC answers
 * with an error that bears its time; nobody logs in, and the KDC's log tells who asked.
 */
#ifndef TOOLS_DOCTOR_KDC_H
#define TOOLS_DOCTOR_KDC_H

#include "tools/doctor/kdc_list.h"

/*
 * Finds and asks them all at once; takes at most find_ms and ask_ms. client: who a ticket is asked for,
 * "NAME@REALM", NULL: nobody. dns: may DNS be asked (dns_lookup_kdc). To be freed.
 */
struct probe_kdc_question {
	const char *realm, *client;
	bool dns;
	int find_ms, ask_ms;
};
void probe_kdcs_ask(struct probe_kdcs *kdcs, const struct probe_kdc_question *question);

/* The better answer of one: any rather than none, then the faster. */
const struct probe_answer *probe_kdc_answer(const struct probe_kdc *kdc);

#endif
