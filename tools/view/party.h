/* SPDX-License-Identifier: MIT */
/* Who authenticated to whom, one by one: pairs of plain GSSAPI and peers of ZeroMQ endpoints alike. */
#ifndef TOOLS_VIEW_PARTY_H
#define TOOLS_VIEW_PARTY_H

#include "tools/model/model.h"

struct party {
	const struct model_program *program; /* that saw it */
	enum tr_role role;		     /* of that program */
	struct model_text initiator, acceptor, mech, endpoint, address;
	const struct model_tally *tally;
	enum model_state state;
};

/* In the order of programs. */
void party_each(struct model *model, void (*visit)(const struct party *party, void *context), void *context);

#endif
