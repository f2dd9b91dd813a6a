/* SPDX-License-Identifier: MIT */
/*
 * The naive interposer once more, its names under a version node of its own (versioned.map, facts I8):
 * references to gssapi_krb5_2_MIT do not take it. A control for hosts that the naive one serves well.
 */
#include "naive.c"
