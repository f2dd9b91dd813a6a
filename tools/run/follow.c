/* SPDX-License-Identifier: MIT */
/*
 * When it is looked; see follow.h. To look may take a fifth of a processor at most, where there are very many
 * processes, and far less where nothing was found.
 */
#include "tools/run/follow.h"

#include "tools/run/look.h"
#include "tools/run/roll.h"
#include "tools/run/roll_read.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

/* Microseconds. */
#define SOON 1000	 /* an exec takes about so long */
#define OFTEN 20000	 /* between looks, while something happens ... */
#define SELDOM 200000	 /* ... and while nothing does */
#define SHARE 4		 /* so many times what a look took, none is taken */
#define EXPECTED 1000000 /* who was told of has begun by then, on a busy machine, too */

struct run_follow {
	struct found *found;
	struct look *look; /* NULL: problem */
	const char *problem;
	int inotify, hello, library; /* library: -1 while it is not watched */
	int roll;
	uint64_t read;	      /* of the roll */
	int64_t due;	      /* 0: not */
	int64_t looked, free; /* when it was looked last, and may be again */
	int64_t expecting;    /* until when */
	int64_t period;
	bool without; /* the last look saw somebody */
};

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

struct run_follow *run_follow_new(const struct run_dir *dir, const char *hello)
{
	struct run_follow *follow = calloc(1, sizeof(*follow));

	if (!follow)
		return NULL;
	follow->inotify = follow->library = -1;
	follow->roll = run_roll_open(dir);
	follow->found = found_new();
	if (!follow->found) {
		run_follow_free(follow);
		return NULL;
	}
	follow->look = look_new(follow->found, &follow->problem);
	if (follow->look) {
		look_begin(follow->look);
		follow->looked = now_us();
	}
	follow->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	/* Without a roll nobody rings. */
	follow->hello = follow->inotify < 0 || follow->roll < 0
				? -1
				: inotify_add_watch(follow->inotify, hello, IN_OPEN);
	follow->period = OFTEN;
	return follow;
}

/* Not before it may. */
static void want(struct run_follow *follow, int64_t when)
{
	if (when < follow->free)
		when = follow->free;
	if (!follow->due || when < follow->due)
		follow->due = when;
}

/* A program that can take the shim has it before it has the C library. */
static void watch_library(struct run_follow *follow)
{
	Dl_info info;

	if (follow->library < 0 && follow->inotify >= 0 && dladdr(stdout, &info))
		follow->library = inotify_add_watch(follow->inotify, info.dli_fname, IN_OPEN);
}

static void leave_library(struct run_follow *follow)
{
	if (follow->library >= 0)
		inotify_rm_watch(follow->inotify, follow->library);
	follow->library = -1;
}

int run_follow_fd(const struct run_follow *follow)
{
	return follow->look ? follow->inotify : -1;
}

int run_follow_patience(const struct run_follow *follow)
{
	int64_t wait = follow->due - now_us();

	return !follow->due ? -1 : wait <= 0 ? 0 : (int)((wait + 999) / 1000);
}

struct news {
	bool executed, begun;
};

static struct news read_news(struct run_follow *follow)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	struct news news = {0};
	ssize_t n;

	while ((n = read(follow->inotify, buffer, sizeof(buffer))) > 0)
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *event = (const struct inotify_event *)at;

			news.executed |= event->wd == follow->hello;
			news.begun |= event->wd == follow->library;
			at += sizeof(*event) + event->len;
		}
	return news;
}

/* Longer after each time in which nothing began; who woke us for nothing does not count. */
static int64_t next_period(const struct run_follow *follow, int64_t now, bool news)
{
	if (news)
		return OFTEN;
	if (now - follow->looked < follow->period)
		return follow->period;
	return follow->period * 2 < SELDOM ? follow->period * 2 : SELDOM;
}

static void look(struct run_follow *follow, int64_t now)
{
	struct look_result seen;

	/* A pid may be another's by now. */
	if (!follow->without && now - follow->looked > EXPECTED)
		look_forget(follow->look);
	seen = look_at_tree(follow->look);
	follow->due = 0;
	follow->period = next_period(follow, now, seen.news && seen.without);
	follow->without = seen.without;
	follow->looked = now_us();
	follow->free = follow->looked + SHARE * (follow->looked - now);
	if (seen.without || seen.coming || now < follow->expecting || follow->hello < 0)
		want(follow, follow->looked + (seen.coming && seen.news ? SOON : follow->period));
	if (seen.without)
		watch_library(follow);
	else if (now >= follow->expecting)
		leave_library(follow);
}

/* Somebody told of a program; lost: one that will not get the shim. */
static void expect(struct run_follow *follow, int64_t now, bool lost)
{
	if (now >= follow->expecting || lost)
		follow->period = OFTEN;
	follow->expecting = now + EXPECTED;
	if (lost)
		watch_library(follow);
	want(follow, now + (lost ? SOON : follow->period));
}

void run_follow_begin(struct run_follow *follow, bool unobserved)
{
	if (follow->look)
		expect(follow, now_us(), unobserved);
}

void run_follow_poll(struct run_follow *follow)
{
	struct news news;
	int64_t now;

	if (!follow->look)
		return;
	news = read_news(follow);
	now = now_us();
	if (news.executed)
		expect(follow, now, run_roll_news(follow->roll, &follow->read));
	if (news.begun)
		want(follow, now);
	if (follow->due && now >= follow->due)
		look(follow, now);
}

struct found *run_follow_found(const struct run_follow *follow)
{
	return follow->found;
}

const char *run_follow_problem(const struct run_follow *follow)
{
	return follow->look && look_failed(follow->look) ? strerror(ENOMEM) : follow->problem;
}

void run_follow_free(struct run_follow *follow)
{
	if (!follow)
		return;
	if (follow->look)
		look_free(follow->look);
	found_free(follow->found);
	if (follow->inotify >= 0)
		close(follow->inotify);
	if (follow->roll >= 0)
		close(follow->roll);
	free(follow);
}
