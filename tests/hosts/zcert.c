/* SPDX-License-Identifier: MIT */
/*
 * zcert load FILE: what CZMQ reads of a certificate: its public key, whether it has a secret one, its
 * metadata. zcert save FILE [NAME VALUE]...: a new one by CZMQ, FILE and FILE_secret.
 */
#include <czmq.h>

static int load(const char *path)
{
	zcert_t *cert = zcert_load(path);
	zlist_t *names;

	if (!cert)
		return 1;
	printf("%s %s\n", zcert_public_txt(cert),
	       strcmp(zcert_secret_txt(cert), "0000000000000000000000000000000000000000") ? "secret"
											  : "public");
	names = zcert_meta_keys(cert);
	for (char *name = zlist_first(names); name; name = zlist_next(names))
		printf("%s=%s\n", name, zcert_meta(cert, name));
	zlist_destroy(&names);
	zcert_destroy(&cert);
	return 0;
}

static int save(const char *path, int count, char **words)
{
	zcert_t *cert = zcert_new();
	int status;

	for (int i = 0; i + 1 < count; i += 2)
		zcert_set_meta(cert, words[i], "%s", words[i + 1]);
	status = zcert_save(cert, path);
	zcert_destroy(&cert);
	return status ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "load"))
		return load(argv[2]);
	if (argc > 2 && !strcmp(argv[1], "save"))
		return save(argv[2], argc - 3, argv + 3);
	return 2;
}
