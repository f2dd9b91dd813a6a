/* SPDX-License-Identifier: MIT */
/* See guest.h. */
#include "shim/gss/guest.h"

const struct tap_gss_guest *tap_gss_guest_set;
