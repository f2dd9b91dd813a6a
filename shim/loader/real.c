/* SPDX-License-Identifier: MIT */
/*
 * Which real function a call is for: what the caller would have reached had we not been there.
 *
 * The loader's own order is followed: what comes after us in the global scope, in the version the caller asks
 * for; then the caller's own libraries (plugins loaded RTLD_LOCAL); the other way round for RTLD_DEEPBIND.
 * Code that refers to no such name (FFI) got its pointer from dlsym: it goes to the library that dlsym found,
 * by a stub where that is not plain.
 */
#include "shim/core/tap.h"
#include "shim/loader/elf.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

extern const struct {
	uint64_t id;
	void *stub[3];
} tap_stubs[];

__thread struct tap_thread tap_thread;
__thread uint32_t tap_provider_hint;
unsigned tap_generation = 1;

#define PROVIDERS 3
static struct tap_caller *callers;		    /* a list that only grows at its head */
static struct tap_caller *providers[PROVIDERS + 1]; /* by hint; [0] unused */
static void *handed_out[TAP_IDS]; /* what dlsym found first: for callers that refer to nothing */
/* Every wrapper by address; declared untyped, since the draft functions are not in <zmq.h>. */
#define CALL(id, family, purpose, name) extern char tap_address_of_##name[] __asm__(#name);
#include "trace/calls.def"
static void *const wrapper_table[TAP_IDS] = {
#define CALL(id, family, purpose, name) [id] = tap_address_of_##name,
#include "trace/calls.def"
};

static bool is_gone(const void *address)
{
	struct dl_find_object found;

	return _dl_find_object((void *)address, &found);
}

void *tap_wrapper(unsigned id)
{
	return wrapper_table[id];
}

void tap_forget_unloaded(void)
{
	for (unsigned id = 0; id < TAP_IDS; id++)
		if (handed_out[id] && is_gone(handed_out[id]))
			handed_out[id] = NULL;
	__atomic_add_fetch(&tap_generation, 1, __ATOMIC_RELEASE);
}

/* Room that is never given back, by pages: an entry is made once for each object that calls. */
static struct tap_caller *new_caller(void)
{
	void *room = mmap(NULL, sizeof(struct tap_caller), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return room == MAP_FAILED ? NULL : room;
}

static struct tap_caller *find_caller(uintptr_t address, unsigned generation)
{
	struct tap_caller *c = __atomic_load_n(&callers, __ATOMIC_ACQUIRE);

	for (; c; c = c->next)
		if (address - c->start < c->size && c->generation == generation)
			return c;
	return NULL;
}

/* An entry of an unloaded object that can be taken up for this one, which lies at its place. */
static struct tap_caller *stale_caller(uintptr_t start, uintptr_t size)
{
	struct tap_caller *c = __atomic_load_n(&callers, __ATOMIC_ACQUIRE);

	for (; c; c = c->next)
		if (c->start == start && c->size == size)
			return c;
	return NULL;
}

static struct tap_caller *enter_caller(struct tap_caller *c)
{
	struct tap_caller *head = __atomic_load_n(&callers, __ATOMIC_ACQUIRE);

	do
		c->next = head;
	while (!__atomic_compare_exchange_n(&callers, &head, c, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	return c;
}

const struct tap_caller *tap_caller_of(const void *address)
{
	unsigned generation = __atomic_load_n(&tap_generation, __ATOMIC_ACQUIRE);
	struct tap_caller *c = find_caller((uintptr_t)address, generation);
	struct dl_find_object found;
	uintptr_t start = 0, size = 0;
	const char *name = "";

	if (c)
		return c;
	if (!_dl_find_object((void *)address, &found)) {
		start = (uintptr_t)found.dlfo_map_start;
		size = (uintptr_t)found.dlfo_map_end - start;
		name = found.dlfo_link_map->l_name;
	} else {
		/* Code that was made at run time: one page of it stands for itself. */
		start = (uintptr_t)address & ~(uintptr_t)4095;
		size = 4096;
	}
	c = stale_caller(start, size);
	if (c && !strcmp(c->name, name)) {
		/* Not looked up anew: this may be a thread that must not wait for the loader. */
		for (unsigned id = 0; id < TAP_IDS; id++)
			if (c->real[id] && is_gone(c->real[id]))
				c->real[id] = NULL;
		__atomic_store_n(&c->generation, generation, __ATOMIC_RELEASE);
		return c;
	}
	c = new_caller();
	if (!c)
		return NULL;
	c->start = start;
	c->size = size;
	c->generation = generation;
	c->deepbind = tap_is_deepbind(start);
	tap_copy(c->name, sizeof(c->name), name);
	return enter_caller(c);
}

struct wanted {
	unsigned call;
	bool found;
	const char *version;
};

static bool is_wanted(const struct tap_reference *reference, void *data)
{
	struct wanted *wanted = data;

	if (reference->call != wanted->call)
		return false;
	wanted->found = true;
	wanted->version = reference->version;
	return true;
}

static struct link_map *map_of(const struct tap_caller *c)
{
	struct dl_find_object found;

	return c->size && !_dl_find_object((void *)c->start, &found) ? found.dlfo_link_map : NULL;
}

static void *from_global_scope(const char *name, const char *version)
{
	void *found = version ? tap_real_dlvsym(RTLD_NEXT, name, version) : tap_real_dlsym(RTLD_NEXT, name);

	return found;
}

/* As dlsym finds it in the object and what it depends on. */
static void *from_own_scope(const struct link_map *map, unsigned call)
{
	void *handle, *found = NULL;

	if (!map || !map->l_name[0])
		return NULL; /* the program's own scope is the global one */
	handle = tap_real_dlopen(map->l_name, RTLD_LAZY | RTLD_NOLOAD);
	if (handle) {
		found = tap_real_dlsym(handle, tap_call_name(call));
		tap_real_dlclose(handle);
	}
	return found == wrapper_table[call] ? NULL : found;
}

/* A library whose functions dlsym handed out may go from one to another that was not asked for. */
static void *beside_handed_out(unsigned call)
{
	struct dl_find_object found;
	void *there;

	for (unsigned id = 0; id < TAP_IDS; id++) {
		if (!handed_out[id] || _dl_find_object(handed_out[id], &found))
			continue;
		there = tap_elf_definition(found.dlfo_link_map->l_addr, found.dlfo_link_map->l_ld,
					   tap_call_name(call));
		if (there)
			return there;
	}
	return NULL;
}

static void *resolve(const struct tap_caller *c, unsigned call)
{
	struct link_map *map = map_of(c);
	struct wanted wanted = {.call = call};
	const char *name = tap_call_name(call);
	void *found = NULL, *own;

	if (map)
		tap_elf_references(map->l_addr, map->l_ld, is_wanted, &wanted);
	/* A library that does not refer to its own function by name calls it directly; others look it up like
	 * anybody else. */
	own = map && map->l_name[0] ? tap_elf_definition(map->l_addr, map->l_ld, name) : NULL;
	if (own && own != wrapper_table[call] && (c->deepbind || c->provider || !wanted.found))
		return own;
	if (c->deepbind || c->provider)
		found = from_own_scope(map, call);
	if (!found)
		found = from_global_scope(name, wanted.version);
	if (!found && wanted.version)
		found = from_own_scope(map, call);
	if (!found)
		found = from_global_scope(name, NULL);
	if (!found)
		found = from_own_scope(map, call);
	if (!found)
		found = handed_out[call] ? handed_out[call] : beside_handed_out(call);
	dlerror(); /* what failed here is not for the host to see */
	return found;
}

/* Fills the slot of one function for one caller. Losing a race costs a second look-up of the same thing. */
static void *real_of(struct tap_caller *c, unsigned call)
{
	void *found = __atomic_load_n(&c->real[call], __ATOMIC_RELAXED);
	int saved;

	if (__builtin_expect(found != NULL, 1))
		return found;
	saved = errno;
	tap_start();
	found = resolve(c, call);
	__atomic_store_n(&c->real[call], found, __ATOMIC_RELAXED);
	errno = saved;
	return found;
}

static bool is_own_code(const void *address)
{
	static uintptr_t start, size;
	struct dl_find_object found;

	if (__builtin_expect(!size, 0) && !_dl_find_object((void *)is_own_code, &found)) {
		start = (uintptr_t)found.dlfo_map_start;
		size = (uintptr_t)found.dlfo_map_end - start;
	}
	return (uintptr_t)address - start < size;
}

void *tap_find_real(enum tr_call_id call, const void *from)
{
	struct tap_thread *t = &tap_thread;
	uint32_t hint = tap_provider_hint;
	struct tap_caller *c;

	/* A library's jump from one of its functions to another returns into our wrapper of the first: same
	 * call, same caller. */
	if (!hint && t->caller && is_own_code(from))
		return real_of(t->caller, call);
	if (hint) {
		tap_provider_hint = 0;
		c = providers[hint];
	} else {
		c = (struct tap_caller *)tap_caller_of(from);
	}
	/* Not remembered with a hint: the code that called has others, too. It is looked at again by
	 * tap_open. */
	t->caller = c;
	t->hinted = hint != 0;
	return c ? real_of(c, call) : NULL;
}

/* A depth that longjmp left behind: the outermost wrapper's frame is gone when a younger call stands above
 * it. */
static inline void check_depth(struct tap_thread *t, int library, uintptr_t frame)
{
	if (t->depth[library] && frame > t->frame[library])
		t->depth[library] = 0;
	if (!t->depth[library])
		t->frame[library] = frame;
}

static inline bool tells_why(enum tr_call_id call)
{
	return call == TR_gss_init_sec_context || call == TR_gss_accept_sec_context ||
	       call == TR_gss_acquire_cred || call == TR_gss_acquire_cred_from;
}

void tap_open(struct tap_scope *scope, enum tr_call_id call, int library, const void *from, uintptr_t frame,
	      void *real)
{
	struct tap_thread *t = &tap_thread;
	struct tap_caller *c = t->caller;
	bool own;

	scope->record = TAP_RECORD_NOT;
	scope->watch = scope->judge = false;
	scope->library = TR_FAMILIES; /* not entered: nothing to leave */
	scope->caller = c;
	if (!tap_on || !real)
		return;
	check_depth(t, library, frame);
	scope->call = (uint16_t)call;
	scope->library = (uint8_t)library;
	scope->depth = (uint8_t)t->depth[library]++;
	scope->from = from;
	scope->start = 0;
	if (t->quiet)
		return;
	scope->watch = true;
	scope->judge = tap_policy.state != POL_NONE && !scope->depth;
	if (tr_level < TR_LEVEL_CALLS)
		return;
	/* Not every call below another is the library's: a signal handler of the host's may make one. */
	own = (uintptr_t)real - c->start < c->size || c->mechanism;
	scope->record = scope->depth && own && !tells_why(call) ? TAP_RECORD_FAILURE : TAP_RECORD;
	if (scope->record == TAP_RECORD) {
		if (__builtin_expect(!c->announced, 0))
			tap_announce(c, real);
		scope->start = tr_now();
	}
}

void tap_leave(const struct tap_scope *scope)
{
	struct tap_thread *t = &tap_thread;

	if (scope->library < TR_FAMILIES && t->depth[scope->library])
		t->depth[scope->library]--;
}

void *tap_other(const struct tap_scope *scope, enum tr_call_id call)
{
	return scope->caller ? real_of((struct tap_caller *)scope->caller, call) : NULL;
}

static bool resolve_one(const struct tap_reference *reference, void *data)
{
	real_of(data, reference->call);
	return false;
}

void tap_resolve_ahead(const void *function)
{
	struct tap_caller *c = (struct tap_caller *)tap_caller_of(function);
	const struct link_map *map = c ? map_of(c) : NULL;

	if (map)
		tap_elf_references(map->l_addr, map->l_ld, resolve_one, c);
}

/* Would a look-up by name find anything but us? */
bool tap_is_anywhere(unsigned id, const void *from)
{
	struct tap_caller *c = (struct tap_caller *)tap_caller_of(from);
	int saved = errno;
	bool there;

	tap_start();
	there = c &&
		(c->real[id] || from_global_scope(tap_call_name(id), NULL) || from_own_scope(map_of(c), id));
	dlerror();
	errno = saved;
	return there;
}

/* Of the object itself: the callers of this ask with a library's own address. */
void *tap_unwrapped(const struct tap_scope *scope, const char *name)
{
	const struct link_map *map = scope->caller ? map_of(scope->caller) : NULL;

	return map ? tap_elf_definition(map->l_addr, map->l_ld, name) : NULL;
}

/* The entry for a library that dlsym found a function in. */
static uint32_t provider_number(const struct tap_caller *library)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	uint32_t i;

	pthread_mutex_lock(&lock);
	for (i = 1; i <= PROVIDERS; i++) {
		if (!providers[i]) {
			struct tap_caller *c = new_caller();

			if (c) {
				*c = *library;
				c->provider = true;
				memset(c->real, 0, sizeof(c->real));
			}
			providers[i] = c;
		}
		if (!providers[i] || providers[i]->start == library->start)
			break;
	}
	pthread_mutex_unlock(&lock);
	return i <= PROVIDERS && providers[i] ? i : 0;
}

/*
 * A mechanism that a mechglue loads may define gss_x itself, and is called through that pointer: it must get
 * the plugin's own. But where the plugin has none, the look-up falls through to the mechglue's, which the
 * mechglue would recognise as its own; under us its name for it is our wrapper (facts I3). MIT's mechglue
 * asks through libkrb5support's plugin loader.
 */
static bool asks_for_mechanism(const struct link_map *asking)
{
	const char *soname = asking ? tap_elf_soname(asking->l_addr, asking->l_ld) : NULL;

	return asking && asking->l_name[0] &&
	       ((soname && !strncmp(soname, "libkrb5support.so", 17)) ||
		tap_elf_definition(asking->l_addr, asking->l_ld, "gss_init_sec_context"));
}

static void *for_mechglue(unsigned id, void *handle, void *found)
{
	struct link_map *plugin = NULL;
	struct tap_caller *caller;

	if (dlinfo(handle, RTLD_DI_LINKMAP, &plugin) || !plugin)
		return found;
	caller = (struct tap_caller *)tap_caller_of(plugin->l_ld);
	if (caller)
		caller->mechanism = true;
	return tap_elf_definition(plugin->l_addr, plugin->l_ld, tap_call_name(id)) == found
		       ? found
		       : wrapper_table[id];
}

void *tap_pointer(unsigned id, void *found)
{
	const struct tap_caller *library = tap_caller_of(found);
	void *plain;
	uint32_t number;

	if (!library)
		return found;
	/* What would the wrapper itself find for a caller that refers to nothing? */
	plain = from_global_scope(tap_call_name(id), NULL);
	if (!plain) {
		dlerror();
		__atomic_compare_exchange_n(&handed_out[id], &plain, found, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_ACQUIRE);
		plain = handed_out[id];
	}
	if (plain == found)
		return wrapper_table[id];
	number = provider_number(library);
	if (!number)
		return found; /* a fourth library of the same kind goes unobserved rather than wrong */
	for (unsigned i = 0; tap_stubs[i].id; i++)
		if (tap_stubs[i].id == id)
			return tap_stubs[i].stub[number - 1];
	return found;
}

void *tap_redirect(unsigned id, void *handle, void *found, const void *from)
{
	const struct tap_caller *asking = tap_caller_of(from);

	if (asking && asks_for_mechanism(map_of(asking)))
		return for_mechglue(id, handle, found);
	return tap_pointer(id, found);
}
