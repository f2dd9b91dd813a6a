/* SPDX-License-Identifier: MIT */
/*
 * For each wrapper, stubs that tell it which library a function pointer handed out by dlsym belongs to. The number
 * of the library is left in thread-local storage, and no register that holds an argument is touched.
 */
#ifndef __x86_64__
#error "gsstap knows how to write stubs for x86-64 only: write the same for this processor here"
#endif

	.section .tbss, "awT", @nobits
	.globl	tap_provider_hint
	.hidden	tap_provider_hint
	.type	tap_provider_hint, @object
	.size	tap_provider_hint, 4
	.p2align 2
tap_provider_hint:
	.zero	4

	.text

/* r11 is nobody's across a call. */
#define STUB(number, name)                                  \
	.p2align 4;                                         \
tap_stub_##number##_##name:                                 \
	endbr64;                                            \
	mov	tap_provider_hint@gottpoff(%rip), %r11;     \
	movl	$number, %fs:(%r11);                        \
	jmp	*name@GOTPCREL(%rip);

#define CALL(id, family, purpose, name) STUB(1, name)
#include "trace/calls.def"
#define CALL(id, family, purpose, name) STUB(2, name)
#include "trace/calls.def"
#define CALL(id, family, purpose, name) STUB(3, name)
#include "trace/calls.def"

/* Tables of id, wrapper and stubs; ends with id 0. */
	.section .data.rel.ro, "aw"
	.globl	tap_stubs
	.hidden	tap_stubs
	.p2align 3
tap_stubs:
#define CALL(id, family, purpose, name) .quad id, tap_stub_1_##name, tap_stub_2_##name, tap_stub_3_##name;
#include "trace/calls.def"
	.quad	0, 0, 0, 0

	.section .note.GNU-stack, "", @progbits
