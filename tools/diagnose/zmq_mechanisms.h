/* SPDX-License-Identifier: MIT */
/* GT0101 where two programs set up their security by themselves: what each set tells, and no greeting was
 * seen. */
#ifndef TOOLS_DIAGNOSE_ZMQ_MECHANISMS_H
#define TOOLS_DIAGNOSE_ZMQ_MECHANISMS_H

#include "tools/diagnose/case.h"

/* Of a case of a process: does it connect to what was bound with another mechanism? */
bool zmq_mechanisms_differ(struct diagnose_case *c, struct finding *finding);

#endif
