/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a trace, shared by writer and reader and described for others in gsstap-trace(5).
 *
 * A trace is a pcapng file (little-endian, link type 252, nanoseconds). Each event is one Enhanced Packet
 * Block; its packet data is a list of exported-PDU tags (big-endian tag and length), one of which, TR_TAG,
 * holds our fields, followed by at most one token or message.
 *
 * The file is a 4096-byte preamble followed by extents. An extent starts with a local-use block (struct
 * tr_extent) and is cut into slots of one size, each at all times a whole block: local-use while free, an
 * Enhanced Packet Block once the one aligned store of its block type has been made. Nothing needs repair
 * after SIGKILL, and a file that grows can be read. A file rewritten by mergecap has no extents and no free
 * slots: only its packets.
 */
#ifndef TR_FORMAT_H
#define TR_FORMAT_H

#include <stdint.h>

#define TR_VERSION 1 /* of the fields below; a reader refuses a higher one */

/* pcapng blocks */
#define TR_BLOCK_SHB 0x0a0d0d0au
#define TR_BLOCK_IDB 0x00000001u
#define TR_BLOCK_EPB 0x00000006u
#define TR_BLOCK_FREE 0x80000001u /* local use: a free slot, or an extent's head */
#define TR_LINKTYPE 252		  /* WIRESHARK_UPPER_PDU */
#define TR_PREAMBLE 4096	  /* bytes before the first extent: SHB, IDB and a local-use block */
#define TR_PACKET_MAX 262144	  /* more than this, tags included, makes Wireshark give up on the file */

/* exported-PDU tags */
#define TR_TAG_END 0
#define TR_TAG_DISSECTOR 12 /* "gssapi" for what RFC 2743 frames; "data" otherwise */
#define TR_TAG 0x4753	    /* ours: struct tr_head, then fields */

/* The head of an extent: the body of a local-use block. */
struct tr_extent {
	uint32_t block_type, block_length; /* TR_BLOCK_FREE, sizeof(struct tr_extent) */
	uint64_t magic;			   /* TR_EXTENT_MAGIC */
	uint64_t size;	    /* bytes of the whole extent, this head and a filling block included */
	uint64_t time;	    /* of its making, ns since the epoch; never falls from one to the next */
	uint32_t slot_size; /* bytes, a multiple of 4 */
	uint32_t slots;	    /* they follow this head without a gap, and are filled in order of time */
	uint32_t tid;	    /* of the thread it was made for; a later thread may go on in it */
	uint32_t pad[4];
	uint32_t block_length_again;
};
#define TR_EXTENT_MAGIC 0x747865705f737367ull

/*
 * The tail: events that were stored and are not in the trace yet, in a file of its own beside it
 * (".NAME.tail"), which is a row of banks. A bank is a page with struct tr_bank and then pages that are to
 * stand in the place of pages of the trace. The id joins both files: it stands in the preamble's first
 * local-use block and in each bank.
 */
struct tr_id {
	uint64_t magic; /* TR_ID_MAGIC */
	uint64_t id;
};
#define TR_ID_MAGIC 0x646974705f737367ull
#define TR_ID_AT 128 /* offset in the trace */
#define TR_BANK_PAGES 64
struct tr_bank {
	uint64_t magic; /* TR_BANK_MAGIC */
	uint64_t id;
	/* Where page i of the bank belongs: an offset, a multiple of 4096, plus a number from 1 to 4095 that
	 * is another one each time; 0: nowhere, or it is being changed. */
	uint64_t place[TR_BANK_PAGES];
};
#define TR_BANK_MAGIC 0x6b6e62705f737367ull

/* The head of our tag. All little-endian, as are the fields. */
struct tr_head {
	uint8_t version; /* TR_VERSION */
	uint8_t depth;	 /* calls of the same library below this one on this thread */
	uint16_t event;	 /* enum tr_event_id */
	uint16_t call;	 /* enum tr_call_id; 0 when the event is not a call */
	uint16_t where;	 /* enum tr_where: what the packet's payload is */
	uint32_t pid, tid;
	uint64_t seq;	   /* counts the events of this thread; a gap is a dropped event */
	uint64_t duration; /* ns; the packet's time is the end of the call */
	uint64_t caller;   /* return address in the host; resolved through library events */
};

enum tr_where {
	TR_WHERE_NONE = 0,
	TR_WHERE_IN_TOKEN = 1,
	TR_WHERE_OUT_TOKEN = 2,
	TR_WHERE_MESSAGE = 3,
};

/*
 * A field: this, then length bytes, then zeros up to a multiple of 4. A GROUP's value is fields again. Fields
 * end with their tag, or before it with id 0: what follows is filling, which makes the block as long as its
 * slot.
 */
struct tr_field {
	uint16_t id;
	uint16_t length;
};

enum tr_type {
	TR_TYPE_INT = 1,	/* 4 or 8 bytes, signed */
	TR_TYPE_UINT,		/* 4 or 8 bytes */
	TR_TYPE_HANDLE,		/* 8 bytes, a pointer of the host: JSON "0x..." */
	TR_TYPE_BOOL,		/* 4 bytes */
	TR_TYPE_TEXT,		/* bytes of any kind; a reader makes them printable */
	TR_TYPE_HEX,		/* bytes: JSON hexadecimal */
	TR_TYPE_OID,		/* the DER body of an object identifier: a known name or dotted numbers */
	TR_TYPE_TOKEN,		/* struct tr_token */
	TR_TYPE_HASH,		/* 16 bytes: JSON hexadecimal */
	TR_TYPE_MAJOR,		/* 4 bytes, RFC 2743 major status: number and name */
	TR_TYPE_GSS_FLAGS,	/* 4 bytes, GSS_C_*_FLAG */
	TR_TYPE_USAGE,		/* 4 bytes, gss_cred_usage_t */
	TR_TYPE_ENCTYPE,	/* 4 bytes, Kerberos encryption type number */
	TR_TYPE_CALL,		/* 4 bytes, enum tr_call_id: its name */
	TR_TYPE_ROLE,		/* 4 bytes, enum tr_role */
	TR_TYPE_OUTCOME,	/* 4 bytes, enum tr_outcome */
	TR_TYPE_ZMQ_TYPE,	/* 4 bytes, socket type: its name */
	TR_TYPE_ZMQ_OPTION,	/* 4 bytes, socket option: its name */
	TR_TYPE_ZMQ_CTX_OPTION, /* 4 bytes, context option: its name */
	TR_TYPE_ZMQ_MECH,	/* 4 bytes, ZMQ_NULL ...: its name */
	TR_TYPE_TEXTS,		/* texts, each ended by a NUL: JSON an array of strings */
	TR_TYPE_BINDINGS,	/* 4 bytes, a kind of channel bindings: trace/bindings.h */
	TR_TYPE_GROUP,		/* fields; may repeat: JSON an array of objects */
};

/* A token, message or secret as a field. Its bytes, where captured, are a packet's payload. */
struct tr_token {
	uint64_t length;   /* bytes, in full */
	uint8_t hash[16];  /* XXH3-128 (canonical form); TR_TOKEN_KEYED: of that */
	uint32_t flags;	   /* TR_TOKEN_* */
	uint32_t captured; /* bytes of it that are in this packet's payload; less than length when snapped */
};
#define TR_TOKEN_KEYED 1u    /* the hash is SipHash-2-4-128 of it under a key that was never written */
#define TR_TOKEN_IN_EVENT 2u /* the bytes are in the token event before, whose of_seq is this event's seq */

enum tr_role { TR_ROLE_INITIATOR = 1, TR_ROLE_ACCEPTOR, TR_ROLE_SERVER, TR_ROLE_CLIENT };
enum tr_outcome { TR_OUTCOME_ESTABLISHED = 1, TR_OUTCOME_FAILED, TR_OUTCOME_REFUSED, TR_OUTCOME_ABANDONED };

enum tr_family {
#define FAMILY(name, prefix, listed) TR_FAMILY_##name,
#include "trace/calls.def"
	TR_FAMILIES
};

/* What a call's row is for: trace/calls.def. */
enum tr_purpose {
	TR_PURPOSE_none,
	TR_PURPOSE_event,
	TR_PURPOSE_judged,
	TR_PURPOSE_aside,
	TR_PURPOSE_facts,
	TR_PURPOSE_lines,
	TR_PURPOSE_moves
};

enum tr_call_id {
#define CALL(id, family, purpose, name) TR_##name = id,
#include "trace/calls.def"
};

enum tr_event_id {
#define EVENT(id, name) TR_E_##name = id,
#define FIELD(id, symbol, json, type)
#include "trace/events.def"
#undef EVENT
#undef FIELD
};

enum tr_field_id {
#define EVENT(id, name)
#define FIELD(id, symbol, json, type) TR_F_##symbol = id,
#include "trace/events.def"
#undef EVENT
#undef FIELD
};

/* Capture levels, each holding all of the one before. */
enum tr_level {
	TR_LEVEL_OFF = 0,  /* nothing is recorded and no file is made */
	TR_LEVEL_AUDIT,	   /* handshakes, refusals, one summary a context */
	TR_LEVEL_CALLS,	   /* every call, no bytes */
	TR_LEVEL_TOKENS,   /* handshake tokens in full; messages as length and hash */
	TR_LEVEL_MESSAGES, /* wrapped messages in full too */
	TR_LEVEL_PAYLOAD,  /* plaintext too */
};
#define TR_LEVEL_NAMES                                                                                       \
	{                                                                                                    \
		"off", "audit", "calls", "tokens", "messages", "payload"                                     \
	}

_Static_assert(sizeof(struct tr_extent) == 64, "an extent's head is part of the format");
_Static_assert(sizeof(struct tr_head) == 40, "the head of our tag is part of the format");
_Static_assert(sizeof(struct tr_token) == 32, "a token field is part of the format");

#endif
