/* SPDX-License-Identifier: MIT */
/*
 * Time for every event: wall-clock nanoseconds at half the price of clock_gettime.
 *
 * The cycle counter is used where the processor says that it runs at one rate for ever; each thread ties it
 * to the wall clock anew every few milliseconds, so that steps and slews of the clock show. Within a thread
 * time never runs backwards. The wall clock is the machine's, asked by system call: clock_gettime may be
 * somebody's who shows the program another time (libfaketime), and traces of two programs must be comparable.
 */
#include "trace/writer_private.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <x86intrin.h>
#endif

#define RESYNC_NS 20000000ull	   /* how long a thread trusts its last look at the wall clock */
#define CALIBRATE_NS 5000000ull	   /* how long to watch before the counter's rate is taken as known */
#define CALIBRATED_NS 500000000ull /* ... and until when it is still made better */
#define NEAR 10000u		   /* ticks, some microseconds: a look that took longer was interrupted, */
#define FAR 300000u		   /* a tenth of a millisecond: one that took longer is of no use */
#define LOOKS 4			   /* unless all take so long: system calls are slow under a tracer, */
#define UNEVEN 8		   /* ... and by so much slower where that has to come from elsewhere */
#define KEPT_NS 1000000000ull	   /* how old a tie may be that stays for want of a better one */

static atomic_bool without_counter; /* to read it is a SIGSEGV: prctl(2), PR_SET_TSC */
static atomic_ulong last_ns;	    /* when it was confined */

static uint64_t to_ns(struct timespec t)
{
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t = {0};

	if (atomic_load_explicit(&tr_confined, memory_order_relaxed) || syscall(SYS_clock_gettime, id, &t))
		clock_gettime(id, &t);
	return to_ns(t);
}

void tr_clock_without_counter(void)
{
	atomic_store(&without_counter, true);
}

/* Where nobody may be asked either, events have their order and no time. */
static uint64_t kernel_ns(void)
{
	return atomic_load(&tr_confined) ? atomic_fetch_add(&last_ns, 1) + 1 : clock_ns(CLOCK_REALTIME);
}

void tr_put_clock(struct tr_draft *d)
{
	struct timespec t;
	uint64_t before, told, after;

	/* The C library's clock reads the counter, too. */
	if (atomic_load(&without_counter))
		return;
	before = clock_ns(CLOCK_REALTIME);
	clock_gettime(CLOCK_REALTIME, &t);
	told = to_ns(t);
	after = clock_ns(CLOCK_REALTIME);
	if (told < before || told > after)
		tr_put_u64(d, TR_F_CLOCK_OFFSET, told < before ? told - before : told - after);
}

#ifdef __x86_64__

static atomic_ulong rate; /* ns a tick, times 2^32; 0 not known yet, ~0 counter not usable */
static atomic_bool calibrated;
static uint64_t base_tick, base_ns, last_tick;

/* As near as a look may be expected to come, by what the quickest one took. */
static bool is_near(uint64_t took)
{
	static atomic_ulong quickest = ~0ul;
	unsigned long known = atomic_load_explicit(&quickest, memory_order_relaxed);

	if (took < known)
		atomic_store_explicit(&quickest, took, memory_order_relaxed);
	return took <= NEAR || (took <= FAR && took / UNEVEN <= known);
}

/* Clock and counter of one moment. False: the thread did not get the processor for that long. */
static bool look(clockid_t id, uint64_t *ns, uint64_t *tick)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < LOOKS && best > NEAR; i++) {
		uint64_t before = __rdtsc(), now = clock_ns(id), took = __rdtsc() - before;

		if (took >= best)
			continue;
		best = took;
		*ns = now;
		*tick = before + took / 2;
	}
	return is_near(best);
}

static bool invariant(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(0x80000007, &a, &b, &c, &d) && d & 1u << 8;
}

static void begin_watch(void)
{
	if (!look(CLOCK_MONOTONIC, &base_ns, &base_tick))
		base_ns = 0;
}

void tr_clock_start(void)
{
	if (atomic_load(&without_counter) || !invariant()) {
		atomic_store(&rate, ~0ul);
		return;
	}
	begin_watch();
}

/* Not before so many ns were watched. */
static void calibrate(uint64_t least)
{
	uint64_t ns, tick;

	if (!base_ns)
		begin_watch();
	if (!base_ns || !look(CLOCK_MONOTONIC, &ns, &tick))
		return;
	/* __int128: an hour of nanoseconds times 2^32 does not fit into 64 bits. */
	if (ns - base_ns && ns - base_ns >= least && tick - base_tick)
		atomic_store(&rate,
			     (unsigned long)(((unsigned __int128)(ns - base_ns) << 32) / (tick - base_tick)));
	if (ns - base_ns > CALIBRATED_NS)
		atomic_store(&calibrated, true);
}

void tr_clock_confine(void)
{
	uint64_t now;

	if (atomic_load(&without_counter)) {
		atomic_store(&last_ns, clock_ns(CLOCK_REALTIME));
		return;
	}
	look(CLOCK_REALTIME, &now, &last_tick);
	atomic_store(&last_ns, now);
	if (!atomic_load(&rate))
		calibrate(1);
}

static uint64_t ticks_of(uint64_t ns, uint64_t per_tick)
{
	return (ns << 32) / per_tick;
}

static uint64_t resync(struct tr_clock *clock)
{
	uint64_t per_tick = atomic_load_explicit(&rate, memory_order_relaxed), now, tick;
	bool near;

	if (atomic_load(&tr_confined) && per_tick && per_tick != ~0ul)
		return atomic_load(&last_ns) +
		       (uint64_t)(((unsigned __int128)(__rdtsc() - last_tick) * per_tick) >> 32);
	if (per_tick == ~0ul)
		return clock_ns(CLOCK_REALTIME);
	if (!atomic_load_explicit(&calibrated, memory_order_relaxed))
		calibrate(CALIBRATE_NS);
	per_tick = atomic_load_explicit(&rate, memory_order_relaxed);
	near = look(CLOCK_REALTIME, &now, &tick);
	if (!per_tick) {
		clock->valid_ticks = 0;
	} else if (near || now < clock->ns || now - clock->ns >= KEPT_NS) {
		clock->tick = tick;
		clock->ns = now;
		clock->valid_ticks = ticks_of(RESYNC_NS, per_tick);
	} else {
		clock->valid_ticks = ticks_of(now - clock->ns + RESYNC_NS, per_tick);
	}
	return now;
}

uint64_t tr_clock_now(struct tr_clock *clock)
{
	uint64_t ticks, now;

	if (__builtin_expect(atomic_load_explicit(&without_counter, memory_order_relaxed), 0))
		now = kernel_ns();
	/* valid_ticks is 0 until the rate is known: then this is clock_gettime. */
	else if (__builtin_expect((ticks = __rdtsc() - clock->tick) < clock->valid_ticks, 1))
		now = clock->ns + ((ticks * atomic_load_explicit(&rate, memory_order_relaxed)) >> 32);
	else
		now = resync(clock);
	/* A small step back of the wall clock is smoothed; a real one (over a second) is followed. */
	if (now < clock->last && clock->last - now < 1000000000)
		now = clock->last;
	clock->last = now;
	return now;
}

#else

void tr_clock_start(void)
{
}

void tr_clock_confine(void)
{
	atomic_store(&last_ns, clock_ns(CLOCK_REALTIME));
}

uint64_t tr_clock_now(struct tr_clock *clock)
{
	uint64_t now = kernel_ns();

	if (now < clock->last && clock->last - now < 1000000000)
		now = clock->last;
	clock->last = now;
	return now;
}

#endif
