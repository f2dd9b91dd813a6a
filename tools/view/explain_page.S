/* SPDX-License-Identifier: MIT */
/* doc/gsstap-findings.7 as bytes. */
	.section .rodata
	.globl explain_page, explain_page_end
explain_page:
	.incbin "doc/gsstap-findings.7"
explain_page_end:
	.byte 0
	.section .note.GNU-stack, "", @progbits
