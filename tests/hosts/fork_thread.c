/* SPDX-License-Identifier: MIT */
/*
 * Forks from one thread while three others are inside gss calls, forty times; each child makes calls of its
 * own. A lock or a half-made record taken over from the parent would stop a child: it gets 60 s, by alarm(),
 * to finish.
 *
 * fork_thread refused: each child also asks for delegation, which a policy is to refuse: the library never
 * hears of it.
 */
#include "gss.h"
#include <gssapi/gssapi_ext.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 40

static atomic_int done, talking;

static void *talk(void *unused)
{
	struct pair p = shake_hands(&oid_krb5);

	atomic_fetch_add(&talking, 1);
	while (!atomic_load(&done))
		send_message(&p, "while others fork");
	hang_up(&p);
	return unused;
}

/*
 * A child may use what fork leaves it: calls that take no lock of the library, since another thread may have
 * held it. gss_wrap takes the random generator's; gss_get_mic hangs in one bare child of a hundred, calls on
 * names in one of six hundred. Those on sets and buffers take none.
 */
static int sets(void)
{
	gss_OID_set set = GSS_C_NO_OID_SET;
	OM_uint32 minor;
	int present = 0;

	if (!gss_create_empty_oid_set(&minor, &set) && !gss_add_oid_set_member(&minor, &oid_krb5, &set))
		gss_test_oid_set_member(&minor, &oid_krb5, set, &present);
	gss_release_oid_set(&minor, &set);
	return present;
}

static int buffers(void)
{
	gss_buffer_desc text = {strlen(SERVICE), SERVICE}, token = GSS_C_EMPTY_BUFFER,
			back = GSS_C_EMPTY_BUFFER;
	gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
	OM_uint32 minor;
	int added, same_text;

	gss_encapsulate_token(&text, &oid_krb5, &token);
	gss_decapsulate_token(&token, &oid_krb5, &back);
	same_text = back.length == text.length && !memcmp(back.value, text.value, text.length);
	added = !gss_add_buffer_set_member(&minor, &token, &set) && set->count == 1;
	gss_release_buffer_set(&minor, &set);
	gss_release_buffer(&minor, &token);
	gss_release_buffer(&minor, &back);
	return added && same_text;
}

static int is_refused(gss_name_t service)
{
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;

	return gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &context, service, &oid_krb5,
				    GSS_C_MUTUAL_FLAG | GSS_C_DELEG_FLAG, 0, GSS_C_NO_CHANNEL_BINDINGS, NULL,
				    NULL, &token, NULL, NULL) == GSS_S_UNAUTHORIZED;
}

static void child(gss_name_t service, int refused)
{
	alarm(60);
	for (int i = 0; i < 5; i++)
		if (!sets() || !buffers() || (refused && !is_refused(service)))
			_exit(1);
	_exit(0);
}

static int fork_one(gss_name_t service, int refused)
{
	pid_t pid = fork();
	int status = -1;

	if (!pid)
		child(service, refused);
	waitpid(pid, &status, 0);
	return status;
}

int main(int argc, char **argv)
{
	int refused = argc > 1 && !strcmp(argv[1], "refused");
	struct pair p = shake_hands(&oid_krb5);
	gss_name_t service = import(SERVICE);
	pthread_t threads[3];
	int good = 0;

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, talk, NULL);
	while (atomic_load(&talking) < 3)
		send_message(&p, "until all talk");
	for (int i = 0; i < CHILDREN; i++)
		good += !fork_one(service, refused);
	atomic_store(&done, 1);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("%d of %d children\n", good, CHILDREN);
	return 0;
}
