/* SPDX-License-Identifier: MIT */
/* See open_ticket.h. Every key is tried, whatever it is called: an alias is found so. What was opened is
 * forgotten. */
#include "tools/diagnose/open_ticket.h"

#include <krb5/krb5.h>
#include <stdlib.h>

/* Of libkrb5, declared in no header that is installed. */
krb5_error_code krb5_decode_ticket(const krb5_data *code, krb5_ticket **ticket);
krb5_error_code krb5_decrypt_tkt_part(krb5_context context, const krb5_keyblock *key, krb5_ticket *ticket);
void krb5_free_enc_tkt_part(krb5_context context, krb5_enc_tkt_part *part);

static void try(krb5_context context, krb5_keytab_entry *entry, krb5_ticket *ticket, struct elf_list *keys)
{
	char *name;

	if (entry->key.enctype != ticket->enc_part.enctype ||
	    krb5_decrypt_tkt_part(context, &entry->key, ticket))
		return;
	krb5_free_enc_tkt_part(context, ticket->enc_part2);
	ticket->enc_part2 = NULL;
	if (krb5_unparse_name(context, entry->principal, &name))
		return;
	elf_list_take(keys, elf_format("%s kvno %u", name, entry->vno));
	krb5_free_unparsed_name(context, name);
}

static int32_t try_all(krb5_context context, krb5_keytab keytab, krb5_ticket *ticket, struct elf_list *keys)
{
	krb5_keytab_entry entry;
	krb5_kt_cursor cursor;
	krb5_error_code code = krb5_kt_start_seq_get(context, keytab, &cursor);

	if (code)
		return code;
	while (!krb5_kt_next_entry(context, keytab, &entry, &cursor)) {
		try(context, &entry, ticket, keys);
		krb5_free_keytab_entry_contents(context, &entry);
	}
	return krb5_kt_end_seq_get(context, keytab, &cursor);
}

int32_t ticket_openers(const char *name, struct tr_bytes bytes, struct elf_list *keys)
{
	const krb5_data data = {.length = (unsigned)bytes.length, .data = (char *)bytes.at};
	krb5_ticket *ticket = NULL;
	krb5_keytab keytab = NULL;
	krb5_context context;
	krb5_error_code code = krb5_init_context(&context);

	if (code)
		return code;
	code = krb5_decode_ticket(&data, &ticket);
	if (!code)
		code = krb5_kt_resolve(context, name, &keytab);
	if (!code)
		code = try_all(context, keytab, ticket, keys);
	if (keytab)
		krb5_kt_close(context, keytab);
	krb5_free_ticket(context, ticket);
	krb5_free_context(context);
	return code;
}
