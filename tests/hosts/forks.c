/* SPDX-License-Identifier: MIT */
/*
 * A server that leaves each security context to a child, which opens a message only when the server has
 * deleted its own copy and made others. Both ends of the handshakes are in the server.
 * The last child hands it on to a child of its own before anything.
 */
#include "gss.h"
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 3

static void wrap(struct pair *p, int number, gss_buffer_desc *token)
{
	char text[32];
	gss_buffer_desc message = {(size_t)snprintf(text, sizeof(text), "to child %d", number), text};
	OM_uint32 minor, major;

	major = gss_wrap(&minor, p->initiator, 1, GSS_C_QOP_DEFAULT, &message, NULL, token);
	check(major, minor, "gss_wrap");
}

static void unwrap(struct pair *p, gss_buffer_desc *token)
{
	gss_buffer_desc message;
	OM_uint32 minor, major;

	major = gss_unwrap(&minor, p->acceptor, token, &message, NULL, NULL);
	check(major, minor, "gss_unwrap");
	printf("%.*s\n", (int)message.length, (char *)message.value);
	fflush(stdout);
	gss_release_buffer(&minor, &message);
}

static int status_of(pid_t child)
{
	int status = -1;

	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void child(struct pair *p, int number, gss_buffer_desc *token, int gate)
{
	OM_uint32 ignored;
	pid_t grandchild;
	char byte;

	need(!read(gate, &byte, 1), "the gate");
	grandchild = number == CHILDREN - 1 ? fork() : 0;
	if (grandchild)
		_exit(status_of(grandchild));
	unwrap(p, token);
	gss_delete_sec_context(&ignored, &p->acceptor, GSS_C_NO_BUFFER);
	_exit(0);
}

int main(void)
{
	pid_t children[CHILDREN];
	int gates[CHILDREN][2], failed = 0;

	for (int i = 0; i < CHILDREN; i++) {
		struct pair p = shake_hands(&oid_krb5);
		gss_buffer_desc token;
		OM_uint32 ignored;

		wrap(&p, i, &token);
		need(!pipe(gates[i]), "pipe");
		children[i] = fork();
		if (!children[i]) {
			for (int j = 0; j <= i; j++)
				close(gates[j][1]);
			child(&p, i, &token, gates[i][0]);
		}
		hang_up(&p);
		gss_release_buffer(&ignored, &token);
	}
	for (int i = 0; i < CHILDREN; i++) {
		close(gates[i][1]);
		failed |= status_of(children[i]);
	}
	printf("%s\n", failed ? "failed" : "all opened");
	return failed;
}
