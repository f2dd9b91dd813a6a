/* SPDX-License-Identifier: MIT */
/*
 * gss_plugin built against Heimdal's headers and library (flags.mk), to stand beside MIT's in one process. It
 * must stay the same source.
 */
#include "gss_plugin.c"
