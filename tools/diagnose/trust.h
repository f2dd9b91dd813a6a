/* SPDX-License-Identifier: MIT */
/*
 * A trace is somebody else's word, and doctor is run by administrators: what it names is looked at only where
 * looking can do nothing. Each returns NULL, or why not, a sentence that is the case's.
 */
#ifndef TOOLS_DIAGNOSE_TRUST_H
#define TOOLS_DIAGNOSE_TRUST_H

#include "tools/diagnose/case.h"

/* May libkrb5 read the configuration that this process had (KRB5_CONFIG)? */
const char *trust_not_config(struct diagnose_case *c, const struct model_talk *talk);

/* May libkrb5 open this keytab, or ticket cache; variable is where its name stands where `name` is NULL. */
const char *trust_not_keytab(struct diagnose_case *c, const struct model_talk *talk, const char *name,
			     enum tr_field_id variable);
const char *trust_not_ccache(struct diagnose_case *c, const struct model_talk *talk, const char *name);

#endif
