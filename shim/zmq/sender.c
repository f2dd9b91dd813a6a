/* SPDX-License-Identifier: MIT */
/*
 * Who sent a message, by zmq_msg_gets. Of two User-Ids libzmq gives the ZAP handler's, also where that is
 * empty: as it is of a socket where libzmq must ask and ours has nobody to name. So who was proved stands by
 * another name beside it, which no peer can say, since it is made up in each process.
 */
#include "shim/zmq/zmq.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECRET 16

static struct tap_lock lock;
static char name[] = "gsstap-................................";
static bool made;

static bool make_up(char *out)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[SECRET];

	if (syscall(SYS_getrandom, bytes, sizeof(bytes), 0) != sizeof(bytes))
		return false;
	for (unsigned i = 0; i < SECRET; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	return true;
}

const char *tap_sender_property(void)
{
	if (__atomic_load_n(&made, __ATOMIC_ACQUIRE))
		return name;
	if (!tap_lock(&lock))
		return NULL;
	if (!made && make_up(name + strlen("gsstap-")))
		__atomic_store_n(&made, true, __ATOMIC_RELEASE);
	tap_unlock(&lock);
	return __atomic_load_n(&made, __ATOMIC_ACQUIRE) ? name : NULL;
}

TAP_EXPORT const char *zmq_msg_gets(const zmq_msg_t *message, const char *property)
{
	TAP_REAL(real_call, zmq_msg_gets);
	const char *value, *proved;
	int saved;

	if (!real_call)
		return tap_zmq_missing(), NULL;
	value = real_call(message, property);
	if (!value || *value || !__atomic_load_n(&made, __ATOMIC_ACQUIRE) || strcmp(property, "User-Id") != 0)
		return value;
	saved = errno;
	proved = real_call(message, name);
	errno = saved;
	return proved ? proved : value;
}
