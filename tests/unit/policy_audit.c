/* SPDX-License-Identifier: MIT */
/*
 * mode: audit tells exactly what mode: enforce refuses: over generated policies, security contexts, what is
 * done with them, and endpoints. The seed is printed; GSSTAP_SEED=NUMBER repeats it.
 */
#include "policy/compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define POLICIES 3000
#define EACH 30 /* contexts, and endpoints, of each */

static unsigned seed, denials, uses_denied;
static uint64_t state;

static unsigned any(unsigned below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % below;
}

#define ONE_OF(...)                                                                                          \
	({                                                                                                   \
		static const char *const of_[] = {__VA_ARGS__};                                              \
		of_[any(sizeof(of_) / sizeof(of_[0]))];                                                      \
	})

static const char *principal(void)
{
	return ONE_OF("alice@R", "bob@R", "host/h@R", "zmq/h@R", "alice@S", "WELLKNOWN/ANONYMOUS@R",
		      "a\\/b@R", "");
}

static const char *pattern(void)
{
	return ONE_OF("alice@R", "*@R", "*", "host/*@*", "{alice,bob}@R", "*/h@R", "nobody@R", "alice@?");
}

/* About what is done with a context that is there, and where credentials come from. */
static void put_uses(FILE *out, const char *in)
{
	static const char *const refused[] = {"export-context", "import-context", "lucid-export",
					      "session-key"};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (!any(5))
			fprintf(out, "%s%s: %s\n", in, refused[i], ONE_OF("allow", "refuse"));
	if (!any(4))
		fprintf(out, "%sunprotected: %s\n", in, ONE_OF("allow", "encrypt", "refuse"));
	if (!any(5))
		fprintf(out, "%smax-context-age: %s\n", in, ONE_OF("60", "8h"));
	if (!any(5))
		fprintf(out, "%scredentials: [%s]\n", in, ONE_OF("password", "s4u, store", "import"));
}

/* Keywords of gss, with `in` before each line. */
static void put_demands(FILE *out, const char *in)
{
	if (!any(3))
		fprintf(out, "%speers: {%s: ['%s', '%s']}\n", in, ONE_OF("allow", "deny"), pattern(),
			pattern());
	fprintf(out, "%sdelegation: %s\n", in, ONE_OF("allow", "strip", "refuse"));
	fprintf(out, "%sconstrained-delegation: %s\n", in, ONE_OF("allow", "strip", "refuse"));
	if (!any(5))
		fprintf(out, "%sstores: {allow: ['%s']}\n", in, ONE_OF("FILE:/a", "KCM:*", "*"));
	if (!any(4))
		fprintf(out, "%smechanisms: [%s]\n", in, ONE_OF("krb5", "ntlm", "'*'", "krb5, ntlm"));
	if (!any(4))
		fprintf(out, "%srequire: [%s]\n", in,
			ONE_OF("mutual", "confidentiality, integrity", "replay", "sequence, mutual"));
	if (!any(4))
		fprintf(out, "%senctypes: {%s: [%s]}\n", in, ONE_OF("ticket", "session"),
			ONE_OF("aes", "rc4", "aes256-cts"));
	if (!any(5))
		fprintf(out, "%schannel-bindings: %s\n", in, ONE_OF("allow", "require"));
	if (!any(5))
		fprintf(out, "%slifetime: %s\n", in, ONE_OF("60", "8h", "1w"));
	put_uses(out, in);
}

static void put_match(FILE *out)
{
	fprintf(out, "    - role: %s\n", ONE_OF("initiator", "acceptor"));
	if (!any(2))
		fprintf(out, "      %s: ['%s']\n", ONE_OF("peer", "service"), pattern());
	if (!any(3))
		fprintf(out, "      program: ['%s']\n", ONE_OF("/usr/sbin/sshd", "*", "/x"));
	if (!any(4))
		fprintf(out, "      mechanism: %s\n", ONE_OF("krb5", "ntlm"));
	if (!any(4))
		fprintf(out, "      user: '%s'\n", ONE_OF("0", "1000"));
	put_demands(out, "      ");
}

static void put_rules(FILE *out)
{
	fputs("gss:\n", out);
	put_demands(out, "  ");
	if (any(2)) {
		fputs("  match:\n", out);
		for (unsigned i = 1 + any(3); i; i--)
			put_match(out);
	}
	fputs("zmq:\n", out);
	fprintf(out, "  unsecured: %s\n", ONE_OF("allow", "refuse"));
	if (!any(2))
		fputs("  unsecured-ok: ['ipc://*']\n", out);
	if (any(2))
		fprintf(out, "  plaintext: %s\n", ONE_OF("allow", "encrypt", "refuse"));
	if (!any(2))
		fputs("  inject: [{bind: 'tcp://*:5555'}, {connect: '*://h:1', service: 'zmq@h'}]\n", out);
}

/* A keyword that was put twice is an error: then there is no such policy. */
static bool compiled(const char *mode, const char *rules, struct pol *pol, void **image)
{
	char text[6000];
	size_t length;

	snprintf(text, sizeof(text), "version: 1\nmode: %s\n%s", mode, rules);
	if (pol_compile_text("generated", text, strlen(text), image, &length, NULL))
		return false;
	assert_int_equal(pol_open(pol, *image, length), 0);
	return true;
}

static const uint8_t krb5[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02};
static const uint8_t ntlm[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a};

static struct pol_name name(void)
{
	const char *text = principal();

	return (struct pol_name){any(6) ? text : NULL, any(8) != 0};
}

static struct pol_facts context(struct pol_process *process)
{
	static const uint32_t enctypes[] = {0, 17, 18, 20, 23};
	bool kerberos = any(3);

	*process = (struct pol_process){any(5) ? ONE_OF("/usr/sbin/sshd", "/x") : NULL, any(3) ? "" : NULL,
					any(2) * 1000};
	return (struct pol_facts){
		.process = any(8) ? process : NULL,
		.role = any(2) ? POL_INITIATOR : POL_ACCEPTOR,
		.initiator = name(),
		.acceptor = name(),
		.kerberos = kerberos,
		.anonymous = !any(10),
		.flags_requested = any(64) | any(2) << 15,
		.flags_granted = any(64),
		.store = {any(4) ? ONE_OF("FILE:/a", "KCM:0", "FILE:/a/../b") : NULL, any(8) != 0},
		.delegated = !any(3),
		.constrained = !any(3),
		.mech = !any(6)	   ? NULL
			: kerberos ? krb5
				   : ntlm,
		.mech_length = kerberos ? sizeof(krb5) : sizeof(ntlm),
		.ticket_enctype = enctypes[any(5)],
		.session_enctype = enctypes[any(5)],
		.lifetime = any(2) ? any(100000) : UINT32_MAX,
		.lifetime_known = any(5),
		.age = any(8) ? any(40000) : UINT32_MAX,
		.bound = any(2),
	};
}

/* What a host does with a context's verdicts: shim/core/judge.c. */
struct told {
	struct pol_hearer hearer;
	unsigned topics; /* that were told of, as bits */
	enum pol_topic first_denied;
	bool denied, waits, enforces;
	enum pol_action told[POL_TOPICS];
};

static bool keeps(const struct pol_hearer *hearer, enum pol_topic topic, const struct pol_verdict *verdict)
{
	struct told *told = (struct told *)(uintptr_t)hearer;

	if (verdict->action == POL_ALLOW)
		return false;
	assert_int_equal(verdict->audit, !told->enforces);
	if (told->topics >> topic & 1)
		return told->enforces;
	told->topics |= 1u << topic;
	told->told[topic] = verdict->action;
	if (verdict->action == POL_DENY && !told->denied) {
		told->denied = true;
		told->first_denied = topic;
	}
	return told->enforces;
}

#define ASKS_TO_DELEGATE 0x8001u

static bool at(const struct pol *pol, struct pol_facts *facts, enum pol_moment moment, struct told *told)
{
	struct pol_verdict verdict;
	enum pol_action action;

	facts->moment = moment;
	action = pol_judge_context(pol, facts, &verdict, &told->hearer);
	told->waits = action == POL_ALLOW && verdict.waits;
	if (action == POL_CHANGE) {
		facts->flags_requested &= ~ASKS_TO_DELEGATE;
		facts->flags_granted &= ~ASKS_TO_DELEGATE;
	}
	return action != POL_DENY;
}

/* From before its first token until it is established: shim/gss/handshake.c. */
static struct told followed(const struct pol *pol, const struct pol_facts *whole)
{
	struct told told = {.hearer = {keeps}, .enforces = pol_enforces(pol)};
	struct pol_facts facts = {.process = whole->process,
				  .role = whole->role,
				  .flags_requested = whole->flags_requested,
				  .bound = whole->bound,
				  .lifetime = UINT32_MAX};
	uint32_t granted;
	bool open;

	if (!at(pol, &facts, POL_BEFORE_TOKEN, &told))
		return told;
	open = told.waits;
	if (whole->role == POL_INITIATOR && whole->kerberos) {
		facts.kerberos = true;
		facts.initiator = whole->initiator;
		facts.acceptor = whole->acceptor;
		facts.ticket_enctype = whole->ticket_enctype;
		if (!at(pol, &facts, POL_BEFORE_TOKEN, &told))
			return told;
	}
	granted = whole->flags_granted & ~ASKS_TO_DELEGATE;
	granted |= whole->flags_granted & facts.flags_requested & ASKS_TO_DELEGATE;
	facts = *whole;
	facts.flags_granted = granted;
	facts.delegation_open = open;
	at(pol, &facts, POL_ESTABLISHED, &told);
	return told;
}

static void contexts_agree(const struct pol *enforce, const struct pol *audit)
{
	struct pol_process process;
	struct pol_facts facts = context(&process);
	struct told refused = followed(enforce, &facts), would = followed(audit, &facts);

	denials += refused.denied;
	assert_int_equal(refused.denied, would.denied);
	if (refused.denied)
		assert_true(would.topics >> refused.first_denied & 1);
	else
		assert_int_equal(refused.topics, would.topics);
	for (int topic = 0; topic < POL_TOPICS; topic++)
		if (refused.topics >> topic & 1)
			assert_int_equal(refused.told[topic], would.told[topic]);
}

/* Topic by topic, at each moment: one verdict in all but what becomes of it. */
static void verdicts_agree(const struct pol *enforce, const struct pol *audit)
{
	struct pol_process process;
	struct pol_facts facts = context(&process);
	struct pol_verdict one, other;

	facts.moment = (enum pol_moment)(1 + any(3));
	facts.delegation_open = any(2);
	for (int topic = 0; topic < POL_TOPICS; topic++) {
		pol_judge(enforce, &facts, (enum pol_topic)topic, &one);
		pol_judge(audit, &facts, (enum pol_topic)topic, &other);
		assert_int_equal(one.action, other.action);
		assert_int_equal(one.waits, other.waits);
		assert_int_equal(one.number, other.number);
		assert_string_equal(one.reason, other.reason);
		assert_int_equal(one.audit, 0);
		assert_int_equal(other.audit, other.action != POL_ALLOW);
	}
}

static void uses_agree(const struct pol *enforce, const struct pol *audit)
{
	struct pol_process process;
	struct pol_facts facts = context(&process);
	struct pol_verdict one, other;

	facts.moment = POL_ESTABLISHED;
	for (int use = 0; use < POL_USES; use++) {
		pol_judge_use(enforce, &facts, (enum pol_use)use, &one);
		pol_judge_use(audit, &facts, (enum pol_use)use, &other);
		uses_denied += one.action != POL_ALLOW;
		assert_int_equal(one.action, other.action);
		assert_int_equal(one.number, other.number);
		assert_string_equal(one.reason, other.reason);
		assert_int_equal(one.audit, 0);
		assert_int_equal(other.audit, other.action != POL_ALLOW);
	}
	assert_int_equal(pol_max_age(enforce, &facts), pol_max_age(audit, &facts));
}

struct opened {
	enum pol_action option, endpoint;
};

/* The option comes first: shim/zmq/option.c, endpoint.c. */
static struct opened opened(const struct pol *pol, struct pol_endpoint facts)
{
	struct opened is = {POL_ALLOW, POL_ALLOW};
	struct pol_verdict verdict;

	if (facts.plaintext > 0) {
		is.option = pol_judge_plaintext(pol, &verdict);
		if (is.option != POL_ALLOW && !verdict.audit)
			facts.plaintext = 0;
	}
	is.endpoint = pol_judge_endpoint(pol, &facts, &verdict);
	return is;
}

static void endpoints_agree(const struct pol *enforce, const struct pol *audit)
{
	struct pol_endpoint facts = {.way = any(2) ? POL_BIND : POL_CONNECT,
				     .endpoint = ONE_OF("tcp://*:5555", "tcp://h:1", "ipc:///x", "ws://h:1",
							"inproc://x", "pgm://x"),
				     .socket_type = (int)any(13) - 1,
				     .mechanism = (int)any(5) - 1,
				     .raw = !any(8)};
	struct opened one, other;

	facts.plaintext = facts.mechanism == 3 ? (int)any(3) - 1 : 0;
	one = opened(enforce, facts);
	other = opened(audit, facts);
	assert_int_equal(one.option, other.option);
	assert_int_equal(one.endpoint, other.endpoint);
}

static void audit_tells_what_enforce_refuses(void **unused)
{
	static const char *const modes[] = {"enforce", "audit"};
	unsigned usable = 0;

	(void)unused;
	for (unsigned i = 0; i < POLICIES; i++) {
		struct pol pol[2];
		void *image[2];
		char *rules;
		size_t length;
		FILE *out = open_memstream(&rules, &length);

		state = (uint64_t)seed << 32 | i;
		put_rules(out);
		fclose(out);
		if (compiled(modes[0], rules, &pol[0], &image[0])) {
			assert_true(compiled(modes[1], rules, &pol[1], &image[1]));
			usable++;
			for (unsigned n = 0; n < EACH; n++) {
				verdicts_agree(&pol[0], &pol[1]);
				contexts_agree(&pol[0], &pol[1]);
				uses_agree(&pol[0], &pol[1]);
				endpoints_agree(&pol[0], &pol[1]);
			}
			free(image[0]);
			free(image[1]);
		}
		free(rules);
	}
	printf("# %u policies, %u contexts and %u uses refused\n", usable, denials, uses_denied);
	assert_true(usable > POLICIES * 9 / 10 && denials > POLICIES && uses_denied > POLICIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(audit_tells_what_enforce_refuses)};
	const char *given = getenv("GSSTAP_SEED");

	seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	printf("# GSSTAP_SEED=%u\n", seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
