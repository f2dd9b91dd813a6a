/* SPDX-License-Identifier: MIT */
/* What a seccomp filter says to a system call; filter.c knows how it is found out. */
#ifndef SHIM_FILTER_H
#define SHIM_FILTER_H

#include <linux/filter.h>
#include <stdint.h>

enum tap_answer { TAP_ANSWER_PASS, TAP_ANSWER_REFUSE, TAP_ANSWER_KILL };

/* What is not understood is a kill. */
enum tap_answer tap_filter(const struct sock_fprog *program, int number, const uint64_t args[6]);

#endif
