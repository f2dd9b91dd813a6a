/* SPDX-License-Identifier: MIT */
/*
 * The numbers of <zmq.h> 4.3, stable and draft, by their constants. They are written out, so that a trace
 * reads the same wherever gsstap was built; a unit test compares them with the installed header.
 */
#include "tools/names/zmq.h"

#define PICK(names, number) ((number) < sizeof(names) / sizeof((names)[0]) ? (names)[number] : NULL)

static const char *const options[] = {
	[4] = "ZMQ_AFFINITY",
	[5] = "ZMQ_ROUTING_ID",
	[6] = "ZMQ_SUBSCRIBE",
	[7] = "ZMQ_UNSUBSCRIBE",
	[8] = "ZMQ_RATE",
	[9] = "ZMQ_RECOVERY_IVL",
	[11] = "ZMQ_SNDBUF",
	[12] = "ZMQ_RCVBUF",
	[13] = "ZMQ_RCVMORE",
	[14] = "ZMQ_FD",
	[15] = "ZMQ_EVENTS",
	[16] = "ZMQ_TYPE",
	[17] = "ZMQ_LINGER",
	[18] = "ZMQ_RECONNECT_IVL",
	[19] = "ZMQ_BACKLOG",
	[21] = "ZMQ_RECONNECT_IVL_MAX",
	[22] = "ZMQ_MAXMSGSIZE",
	[23] = "ZMQ_SNDHWM",
	[24] = "ZMQ_RCVHWM",
	[25] = "ZMQ_MULTICAST_HOPS",
	[27] = "ZMQ_RCVTIMEO",
	[28] = "ZMQ_SNDTIMEO",
	[31] = "ZMQ_IPV4ONLY",
	[32] = "ZMQ_LAST_ENDPOINT",
	[33] = "ZMQ_ROUTER_MANDATORY",
	[34] = "ZMQ_TCP_KEEPALIVE",
	[35] = "ZMQ_TCP_KEEPALIVE_CNT",
	[36] = "ZMQ_TCP_KEEPALIVE_IDLE",
	[37] = "ZMQ_TCP_KEEPALIVE_INTVL",
	[38] = "ZMQ_TCP_ACCEPT_FILTER",
	[39] = "ZMQ_IMMEDIATE",
	[40] = "ZMQ_XPUB_VERBOSE",
	[41] = "ZMQ_ROUTER_RAW",
	[42] = "ZMQ_IPV6",
	[43] = "ZMQ_MECHANISM",
	[44] = "ZMQ_PLAIN_SERVER",
	[45] = "ZMQ_PLAIN_USERNAME",
	[46] = "ZMQ_PLAIN_PASSWORD",
	[47] = "ZMQ_CURVE_SERVER",
	[48] = "ZMQ_CURVE_PUBLICKEY",
	[49] = "ZMQ_CURVE_SECRETKEY",
	[50] = "ZMQ_CURVE_SERVERKEY",
	[51] = "ZMQ_PROBE_ROUTER",
	[52] = "ZMQ_REQ_CORRELATE",
	[53] = "ZMQ_REQ_RELAXED",
	[54] = "ZMQ_CONFLATE",
	[55] = "ZMQ_ZAP_DOMAIN",
	[56] = "ZMQ_ROUTER_HANDOVER",
	[57] = "ZMQ_TOS",
	[58] = "ZMQ_IPC_FILTER_PID",
	[59] = "ZMQ_IPC_FILTER_UID",
	[60] = "ZMQ_IPC_FILTER_GID",
	[61] = "ZMQ_CONNECT_ROUTING_ID",
	[62] = "ZMQ_GSSAPI_SERVER",
	[63] = "ZMQ_GSSAPI_PRINCIPAL",
	[64] = "ZMQ_GSSAPI_SERVICE_PRINCIPAL",
	[65] = "ZMQ_GSSAPI_PLAINTEXT",
	[66] = "ZMQ_HANDSHAKE_IVL",
	[68] = "ZMQ_SOCKS_PROXY",
	[69] = "ZMQ_XPUB_NODROP",
	[70] = "ZMQ_BLOCKY",
	[71] = "ZMQ_XPUB_MANUAL",
	[72] = "ZMQ_XPUB_WELCOME_MSG",
	[73] = "ZMQ_STREAM_NOTIFY",
	[74] = "ZMQ_INVERT_MATCHING",
	[75] = "ZMQ_HEARTBEAT_IVL",
	[76] = "ZMQ_HEARTBEAT_TTL",
	[77] = "ZMQ_HEARTBEAT_TIMEOUT",
	[78] = "ZMQ_XPUB_VERBOSER",
	[79] = "ZMQ_CONNECT_TIMEOUT",
	[80] = "ZMQ_TCP_MAXRT",
	[81] = "ZMQ_THREAD_SAFE",
	[84] = "ZMQ_MULTICAST_MAXTPDU",
	[85] = "ZMQ_VMCI_BUFFER_SIZE",
	[86] = "ZMQ_VMCI_BUFFER_MIN_SIZE",
	[87] = "ZMQ_VMCI_BUFFER_MAX_SIZE",
	[88] = "ZMQ_VMCI_CONNECT_TIMEOUT",
	[89] = "ZMQ_USE_FD",
	[90] = "ZMQ_GSSAPI_PRINCIPAL_NAMETYPE",
	[91] = "ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE",
	[92] = "ZMQ_BINDTODEVICE",
	[93] = "ZMQ_ZAP_ENFORCE_DOMAIN",
	[94] = "ZMQ_LOOPBACK_FASTPATH",
	[95] = "ZMQ_METADATA",
	[96] = "ZMQ_MULTICAST_LOOP",
	[97] = "ZMQ_ROUTER_NOTIFY",
	[98] = "ZMQ_XPUB_MANUAL_LAST_VALUE",
	[99] = "ZMQ_SOCKS_USERNAME",
	[100] = "ZMQ_SOCKS_PASSWORD",
	[101] = "ZMQ_IN_BATCH_SIZE",
	[102] = "ZMQ_OUT_BATCH_SIZE",
	[103] = "ZMQ_WSS_KEY_PEM",
	[104] = "ZMQ_WSS_CERT_PEM",
	[105] = "ZMQ_WSS_TRUST_PEM",
	[106] = "ZMQ_WSS_HOSTNAME",
	[107] = "ZMQ_WSS_TRUST_SYSTEM",
	[108] = "ZMQ_ONLY_FIRST_SUBSCRIBE",
	[109] = "ZMQ_RECONNECT_STOP",
	[110] = "ZMQ_HELLO_MSG",
	[111] = "ZMQ_DISCONNECT_MSG",
	[112] = "ZMQ_PRIORITY",
};

/* 3 is one option when it is read and another when it is set. */
static const char *const ctx_options[] = {
	[1] = "ZMQ_IO_THREADS",
	[2] = "ZMQ_MAX_SOCKETS",
	[3] = "ZMQ_SOCKET_LIMIT|ZMQ_THREAD_PRIORITY",
	[4] = "ZMQ_THREAD_SCHED_POLICY",
	[5] = "ZMQ_MAX_MSGSZ",
	[6] = "ZMQ_MSG_T_SIZE",
	[7] = "ZMQ_THREAD_AFFINITY_CPU_ADD",
	[8] = "ZMQ_THREAD_AFFINITY_CPU_REMOVE",
	[9] = "ZMQ_THREAD_NAME_PREFIX",
	[10] = "ZMQ_ZERO_COPY_RECV",
};

static const char *const types[] = {
	[0] = "ZMQ_PAIR",     [1] = "ZMQ_PUB",	    [2] = "ZMQ_SUB",	[3] = "ZMQ_REQ",
	[4] = "ZMQ_REP",      [5] = "ZMQ_DEALER",   [6] = "ZMQ_ROUTER", [7] = "ZMQ_PULL",
	[8] = "ZMQ_PUSH",     [9] = "ZMQ_XPUB",	    [10] = "ZMQ_XSUB",	[11] = "ZMQ_STREAM",
	[12] = "ZMQ_SERVER",  [13] = "ZMQ_CLIENT",  [14] = "ZMQ_RADIO", [15] = "ZMQ_DISH",
	[16] = "ZMQ_GATHER",  [17] = "ZMQ_SCATTER", [18] = "ZMQ_DGRAM", [19] = "ZMQ_PEER",
	[20] = "ZMQ_CHANNEL",
};

static const char *const mechanisms[] = {
	[0] = "ZMQ_NULL",
	[1] = "ZMQ_PLAIN",
	[2] = "ZMQ_CURVE",
	[3] = "ZMQ_GSSAPI",
};

const char *name_zmq_option(uint64_t number)
{
	return PICK(options, number);
}

const char *name_zmq_ctx_option(uint64_t number)
{
	return PICK(ctx_options, number);
}

const char *name_zmq_type(uint64_t number)
{
	return PICK(types, number);
}

const char *name_zmq_mechanism(uint64_t number)
{
	return PICK(mechanisms, number);
}
