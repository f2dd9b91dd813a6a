/* SPDX-License-Identifier: MIT */
/*
 * What C cannot say: look-ups and system calls that end in a jump to the real function, so that it sees the true
 * caller.
 */
#ifndef __x86_64__
#error "gsstap knows how to hand a look-up on for x86-64 only: write the same for this processor here"
#endif

	.text

/*
 * Keeps the arguments, the stack aligned, and the caller's return address where the loader looks for it. The hook gets the
 * address of the first argument's copy: what it puts there is what is handed on.
 */
#define LOOKUP(name, hook, real, from)          \
	.globl	name;                           \
	.type	name, @function;                \
	.p2align 4;                             \
name:	.cfi_startproc;                         \
	endbr64;                                \
	mov	(%rsp), %from;                  \
	push	%rdi;                           \
	.cfi_adjust_cfa_offset 8;               \
	push	%rsi;                           \
	.cfi_adjust_cfa_offset 8;               \
	push	%r8;                            \
	.cfi_adjust_cfa_offset 8;               \
	lea	16(%rsp), %rcx;                 \
	call	hook;                           \
	pop	%r8;                            \
	.cfi_adjust_cfa_offset -8;              \
	pop	%rsi;                           \
	.cfi_adjust_cfa_offset -8;              \
	pop	%rdi;                           \
	.cfi_adjust_cfa_offset -8;              \
	test	%rax, %rax;                     \
	jz	1f;                             \
	ret;                                    \
1:	jmp	*real(%rip);                    \
	.cfi_endproc;                           \
	.size	name, . - name

	.hidden	tap_on_dlsym, tap_on_dlopen, tap_on_dlvsym
	.hidden	tap_real_dlsym, tap_real_dlvsym, tap_real_dlopen

	LOOKUP(dlsym, tap_on_dlsym, tap_real_dlsym, rdx)
	LOOKUP(dlopen, tap_dlopen_hook, tap_real_dlopen, rdx)

/* System calls go on as they come, but those that may be about a seccomp filter (prctl, seccomp) and those that end the
 * process (exit, exit_group) or execute another program in it (execve, execveat). */
	.hidden	tap_real_syscall, tap_syscall
	.globl	syscall
	.type	syscall, @function
	.p2align 4
syscall: .cfi_startproc
	endbr64
	cmp	$157, %rdi
	je	1f
	cmp	$317, %rdi
	je	1f
	cmp	$60, %rdi
	je	1f
	cmp	$231, %rdi
	je	1f
	cmp	$59, %rdi
	je	1f
	cmp	$322, %rdi
	je	1f
	mov	tap_real_syscall(%rip), %rax
	test	%rax, %rax
	jz	1f
	jmp	*%rax
1:	jmp	tap_syscall
	.cfi_endproc
	.size	syscall, . - syscall

/* dlvsym has its third argument in use: it is kept in the slot that r8 stands for above. */
	.globl	dlvsym
	.type	dlvsym, @function
	.p2align 4
dlvsym:	.cfi_startproc
	endbr64
	mov	(%rsp), %rcx
	push	%rdi
	.cfi_adjust_cfa_offset 8
	push	%rsi
	.cfi_adjust_cfa_offset 8
	push	%rdx
	.cfi_adjust_cfa_offset 8
	lea	16(%rsp), %r8
	call	tap_on_dlvsym
	pop	%rdx
	.cfi_adjust_cfa_offset -8
	pop	%rsi
	.cfi_adjust_cfa_offset -8
	pop	%rdi
	.cfi_adjust_cfa_offset -8
	test	%rax, %rax
	jz	1f
	ret
1:	jmp	*tap_real_dlvsym(%rip)
	.cfi_endproc
	.size	dlvsym, . - dlvsym

/* dlopen is always handed on. */
	.type	tap_dlopen_hook, @function
tap_dlopen_hook:
	.cfi_startproc
	sub	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	tap_on_dlopen
	add	$8, %rsp
	.cfi_adjust_cfa_offset -8
	xor	%eax, %eax
	ret
	.cfi_endproc
	.size	tap_dlopen_hook, . - tap_dlopen_hook

	.section .note.GNU-stack, "", @progbits
