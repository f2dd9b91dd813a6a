/* SPDX-License-Identifier: MIT */
/*
 * How the value of an option may be shown. Only what a row here knows to be harmless is: every other value is
 * told by its length and a keyed hash, also a number's, since of an option that is not known nobody can say
 * what it holds.
 *
 * What a program subscribes to, sends for a greeting or calls itself is its data, and no row of ours.
 */
#include "shim/zmq/zmq.h"

#include <string.h>

/* Draft options have no names in <zmq.h>, and old ones have lost theirs. */
enum {
	IPV4ONLY = 31,
	IPV6 = 42,
	ZAP_ENFORCE_DOMAIN = 93,
	LOOPBACK_FASTPATH,
	MULTICAST_LOOP = 96,
	ROUTER_NOTIFY,
	XPUB_MANUAL_LAST_VALUE,
	SOCKS_USERNAME,
	IN_BATCH_SIZE = 101,
	OUT_BATCH_SIZE,
	WSS_CERT_PEM = 104,
	WSS_TRUST_PEM,
	WSS_HOSTNAME,
	WSS_TRUST_SYSTEM,
	ONLY_FIRST_SUBSCRIBE,
	RECONNECT_STOP,
	PRIORITY = 112,
	CTX_ZERO_COPY_RECV = 10,
};

/* ADDRESS: a text, unless somebody put a name and a password before its '@'. */
enum form { SECRET, NUMBER, TEXT, ADDRESS, PUBLIC };

static const uint8_t socket_forms[] = {
	[ZMQ_AFFINITY] = NUMBER,
	[ZMQ_RATE] = NUMBER,
	[ZMQ_RECOVERY_IVL] = NUMBER,
	[ZMQ_SNDBUF] = NUMBER,
	[ZMQ_RCVBUF] = NUMBER,
	[ZMQ_RCVMORE] = NUMBER,
	[ZMQ_FD] = NUMBER,
	[ZMQ_EVENTS] = NUMBER,
	[ZMQ_TYPE] = NUMBER,
	[ZMQ_LINGER] = NUMBER,
	[ZMQ_RECONNECT_IVL] = NUMBER,
	[ZMQ_BACKLOG] = NUMBER,
	[ZMQ_RECONNECT_IVL_MAX] = NUMBER,
	[ZMQ_MAXMSGSIZE] = NUMBER,
	[ZMQ_SNDHWM] = NUMBER,
	[ZMQ_RCVHWM] = NUMBER,
	[ZMQ_MULTICAST_HOPS] = NUMBER,
	[ZMQ_RCVTIMEO] = NUMBER,
	[ZMQ_SNDTIMEO] = NUMBER,
	[IPV4ONLY] = NUMBER,
	[ZMQ_LAST_ENDPOINT] = TEXT,
	[ZMQ_ROUTER_MANDATORY] = NUMBER,
	[ZMQ_TCP_KEEPALIVE] = NUMBER,
	[ZMQ_TCP_KEEPALIVE_CNT] = NUMBER,
	[ZMQ_TCP_KEEPALIVE_IDLE] = NUMBER,
	[ZMQ_TCP_KEEPALIVE_INTVL] = NUMBER,
	[ZMQ_TCP_ACCEPT_FILTER] = TEXT,
	[ZMQ_IMMEDIATE] = NUMBER,
	[ZMQ_XPUB_VERBOSE] = NUMBER,
	[ZMQ_ROUTER_RAW] = NUMBER,
	[IPV6] = NUMBER,
	[ZMQ_MECHANISM] = NUMBER,
	[ZMQ_PLAIN_SERVER] = NUMBER,
	[ZMQ_PLAIN_USERNAME] = TEXT,
	[ZMQ_CURVE_SERVER] = NUMBER,
	[ZMQ_CURVE_PUBLICKEY] = PUBLIC,
	[ZMQ_CURVE_SERVERKEY] = PUBLIC,
	[ZMQ_PROBE_ROUTER] = NUMBER,
	[ZMQ_REQ_CORRELATE] = NUMBER,
	[ZMQ_REQ_RELAXED] = NUMBER,
	[ZMQ_CONFLATE] = NUMBER,
	[ZMQ_ZAP_DOMAIN] = TEXT,
	[ZMQ_ROUTER_HANDOVER] = NUMBER,
	[ZMQ_TOS] = NUMBER,
	[ZMQ_IPC_FILTER_PID] = NUMBER,
	[ZMQ_IPC_FILTER_UID] = NUMBER,
	[ZMQ_IPC_FILTER_GID] = NUMBER,
	[ZMQ_GSSAPI_SERVER] = NUMBER,
	[ZMQ_GSSAPI_PRINCIPAL] = TEXT,
	[ZMQ_GSSAPI_SERVICE_PRINCIPAL] = TEXT,
	[ZMQ_GSSAPI_PLAINTEXT] = NUMBER,
	[ZMQ_HANDSHAKE_IVL] = NUMBER,
	[ZMQ_SOCKS_PROXY] = ADDRESS,
	[ZMQ_XPUB_NODROP] = NUMBER,
	[ZMQ_BLOCKY] = NUMBER,
	[ZMQ_XPUB_MANUAL] = NUMBER,
	[ZMQ_STREAM_NOTIFY] = NUMBER,
	[ZMQ_INVERT_MATCHING] = NUMBER,
	[ZMQ_HEARTBEAT_IVL] = NUMBER,
	[ZMQ_HEARTBEAT_TTL] = NUMBER,
	[ZMQ_HEARTBEAT_TIMEOUT] = NUMBER,
	[ZMQ_XPUB_VERBOSER] = NUMBER,
	[ZMQ_CONNECT_TIMEOUT] = NUMBER,
	[ZMQ_TCP_MAXRT] = NUMBER,
	[ZMQ_THREAD_SAFE] = NUMBER,
	[ZMQ_MULTICAST_MAXTPDU] = NUMBER,
	[ZMQ_VMCI_BUFFER_SIZE] = NUMBER,
	[ZMQ_VMCI_BUFFER_MIN_SIZE] = NUMBER,
	[ZMQ_VMCI_BUFFER_MAX_SIZE] = NUMBER,
	[ZMQ_VMCI_CONNECT_TIMEOUT] = NUMBER,
	[ZMQ_USE_FD] = NUMBER,
	[ZMQ_GSSAPI_PRINCIPAL_NAMETYPE] = NUMBER,
	[ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE] = NUMBER,
	[ZMQ_BINDTODEVICE] = TEXT,
	[ZAP_ENFORCE_DOMAIN] = NUMBER,
	[LOOPBACK_FASTPATH] = NUMBER,
	[MULTICAST_LOOP] = NUMBER,
	[ROUTER_NOTIFY] = NUMBER,
	[XPUB_MANUAL_LAST_VALUE] = NUMBER,
	[SOCKS_USERNAME] = TEXT,
	[IN_BATCH_SIZE] = NUMBER,
	[OUT_BATCH_SIZE] = NUMBER,
	[WSS_CERT_PEM] = PUBLIC,
	[WSS_TRUST_PEM] = PUBLIC,
	[WSS_HOSTNAME] = TEXT,
	[WSS_TRUST_SYSTEM] = NUMBER,
	[ONLY_FIRST_SUBSCRIBE] = NUMBER,
	[RECONNECT_STOP] = NUMBER,
	[PRIORITY] = NUMBER,
};

/* ZMQ_SOCKET_LIMIT and ZMQ_THREAD_PRIORITY are one number. */
static const uint8_t context_forms[] = {
	[ZMQ_IO_THREADS] = NUMBER,
	[ZMQ_MAX_SOCKETS] = NUMBER,
	[ZMQ_SOCKET_LIMIT] = NUMBER,
	[ZMQ_THREAD_SCHED_POLICY] = NUMBER,
	[ZMQ_MAX_MSGSZ] = NUMBER,
	[ZMQ_MSG_T_SIZE] = NUMBER,
	[ZMQ_THREAD_AFFINITY_CPU_ADD] = NUMBER,
	[ZMQ_THREAD_AFFINITY_CPU_REMOVE] = NUMBER,
	[ZMQ_THREAD_NAME_PREFIX] = TEXT,
	[CTX_ZERO_COPY_RECV] = NUMBER,
	[IPV6] = NUMBER,
	[ZMQ_BLOCKY] = NUMBER,
};

#define FORM(forms, option)                                                                                  \
	((option) >= 0 && (size_t)(option) < sizeof(forms) ? (enum form)(forms)[option] : SECRET)

static void put_number(struct tr_draft *d, const void *value, size_t length)
{
	int64_t number;
	int small;

	if (length == sizeof(number)) {
		memcpy(&number, value, sizeof(number));
	} else {
		memcpy(&small, value, sizeof(small));
		number = small;
	}
	tr_put_u64(d, TR_F_VALUE_INT, (uint64_t)number);
}

static void put_text(struct tr_draft *d, const char *text, size_t length)
{
	while (length && !text[length - 1])
		length--;
	tr_put_text_n(d, TR_F_VALUE_TEXT, text, length < 1024 ? length : 1024);
}

static void put_value(struct tr_draft *d, enum form form, const void *value, size_t length)
{
	if (!value)
		return;
	if (form == NUMBER && (length == sizeof(int) || length == sizeof(int64_t)))
		put_number(d, value, length);
	else if (form == TEXT || (form == ADDRESS && !memchr(value, '@', length)))
		put_text(d, value, length);
	else if (form == PUBLIC)
		tr_put_token(d, TR_F_VALUE_BYTES, value, length, TR_WHERE_NONE, false);
	else
		tr_put_secret(d, TR_F_SECRET, value, length);
}

void tap_put_socket_option(struct tr_draft *d, int option, const void *value, size_t length)
{
	tr_put_u32(d, TR_F_OPTION, (uint32_t)option);
	put_value(d, FORM(socket_forms, option), value, length);
}

bool tap_context_option_known(int option)
{
	return FORM(context_forms, option) != SECRET;
}

void tap_put_context_option(struct tr_draft *d, int option, const void *value, size_t length)
{
	tr_put_u32(d, TR_F_CTX_OPTION, (uint32_t)option);
	put_value(d, FORM(context_forms, option), value, length);
}

void tap_put_context_number(struct tr_draft *d, int option, int value)
{
	tr_put_u32(d, TR_F_CTX_OPTION, (uint32_t)option);
	put_value(d, tap_context_option_known(option) ? NUMBER : SECRET, &value, sizeof(value));
}
