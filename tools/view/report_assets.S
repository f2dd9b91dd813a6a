/* SPDX-License-Identifier: MIT */
/* The report's style and script as bytes. */
	.section .rodata
	.globl report_css, report_css_end, report_js, report_js_end
report_css:
	.incbin "tools/view/report.css"
report_css_end:
	.byte 0
report_js:
	.incbin "tools/view/report.js"
report_js_end:
	.byte 0
	.section .note.GNU-stack, "", @progbits
