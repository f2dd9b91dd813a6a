/* SPDX-License-Identifier: MIT */
/*
 * A server whose access is decided by CZMQ's own zauth actor.
 *
 *   zap_czmq DENIED-ADDRESS ENDPOINT READY
 *
 * Answers for ever; prints "got TEXT" for each message. zauth says on stderr whom it denies.
 */
#include <czmq.h>

int main(int argc, char **argv)
{
	zactor_t *auth;
	zsock_t *s;

	if (argc != 4)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	auth = zactor_new(zauth, NULL);
	zstr_sendx(auth, "VERBOSE", NULL);
	zsock_wait(auth);
	zstr_sendx(auth, "DENY", argv[1], NULL);
	zsock_wait(auth);
	s = zsock_new(ZMQ_REP);
	zsock_set_zap_domain(s, "global");
	zsock_set_gssapi_server(s, 1);
	if (zsock_bind(s, "%s", argv[2]) < 0)
		return 2;
	close(open(argv[3], O_CREAT | O_WRONLY, 0600));
	while (1) {
		char *text = zstr_recv(s);

		if (!text)
			break;
		printf("got %s\n", text);
		zstr_send(s, "answer");
		zstr_free(&text);
	}
	zsock_destroy(&s);
	zactor_destroy(&auth);
	return 0;
}
