# SPDX-License-Identifier: MIT
# What the tests need, and the targets that run them. Included by the Makefile. Found by folder, as there:
#
#   tests/*.bats          behaviour, one topic a file
#   tests/hosts/NAME.c    a program to be watched: $(BUILD)/hosts/NAME
#   tests/plugins/NAME.c  an object such a program loads: $(BUILD)/plugins/NAME.so
#   tests/naive/NAME.c    a preload that does it wrong, to see a test fail: $(BUILD)/naive/NAME.so
#   tests/unit/NAME.c     with a main(): a cmocka program, $(BUILD)/unit/NAME; without: a helper of all of them
#   tests/fuzz/NAME.c     an LLVMFuzzerTestOneInput: $(BUILD)/fuzz/NAME, its seeds are tests/data/NAME/
#   tests/bench/NAME.c    measured by `make bench`: $(BUILD)/bench/NAME
#
# tests/hosts/flags.mk gives one program other flags, as target variables:
#   $(BUILD)/hosts/now: HOST_LDFLAGS := -Wl,-z,now
# HOST_CFLAGS, HOST_LDFLAGS and HOST_LIBS of hosts, plugins and naive shims are meant for that. A target that needs
# another file built first says so there as well: $(BUILD)/hosts/loader: $(BUILD)/plugins/thing.so

TESTS    ?=
SECONDS  ?= 60

HOST_CFLAGS  := -std=gnu11 -O2 -g -D_GNU_SOURCE -I. $(WARN) -Wno-missing-prototypes
HOST_LDFLAGS :=
HOST_LIBS    := -lgssapi_krb5 -lkrb5 -lzmq -lpthread -ldl

# Hosts are other people's programs: SAN does not reach them, their sanitizer comes by LD_PRELOAD (helper.bash).
HOSTS   := $(patsubst tests/hosts/%.c,$(BUILD)/hosts/%,$(wildcard tests/hosts/*.c))
PLUGINS := $(patsubst tests/plugins/%.c,$(BUILD)/plugins/%.so,$(wildcard tests/plugins/*.c))
NAIVE   := $(patsubst tests/naive/%.c,$(BUILD)/naive/%.so,$(wildcard tests/naive/*.c))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))

$(BUILD)/hosts/%: tests/hosts/%.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -MMD -MP -MF $@.d $(HOST_LDFLAGS) -o $@ $< $(HOST_LIBS)

$(BUILD)/plugins/%.so: tests/plugins/%.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -fPIC -MMD -MP -MF $@.d -shared $(HOST_LDFLAGS) -o $@ $< $(HOST_LIBS)

$(BUILD)/naive/%.so: tests/naive/%.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -fPIC -MMD -MP -MF $@.d -shared $(HOST_LDFLAGS) -o $@ $< -ldl

$(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(HOST_CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(HOST_LIBS)

# It has the judgements within.
$(BUILD)/bench/judge: $(BUILD)/unit-obj/gsstap.a
$(BUILD)/bench/judge: HOST_LIBS = $(LDSAN) $(BUILD)/unit-obj/gsstap.a $(TOOLS_LIBS)

# What seals messages, with what it needs of the other rooms (and tests/seal_loader.h).
SHIM_SEAL := $(addprefix shim/wire/,crypto.c derive.c encrypt.c seal.c sequence.c stealing.c trusted.c) shim/core/lock.c \
	shim/loader/last_error.c

-include tests/hosts/flags.mk

# A sanitizer's runtime calls dlsym, and with that us, before it can serve instrumented code.
ifneq ($(SAN),)
$(patsubst %,$(BUILD)/shim-obj/%.o,$(wildcard shim/loader/*.c) shim/core/seccomp.c shim/exec/pointer.c): \
	SHIM_CFLAGS += -fno-sanitize=all -include tests/early.h
endif

# Unit tests link what they call out of one archive: the tools, the trace's writer, main.c without its main, and what
# of the shim needs no host.
SHIM_PURE     := $(addprefix shim/auth/,brake_table.c brake_who.c curve.c decide.c lines.c mark.c plain.c) shim/core/filter.c shim/core/masked.c shim/core/monotonic.c shim/core/policy.c shim/core/spare.c shim/core/text.c shim/gss/sids.c shim/krb5/trace_text.c shim/wire/buffer.c shim/wire/frame.c shim/wire/tie.c shim/zmq/value.c $(SHIM_SEAL)
UNIT_PROGRAMS := $(shell grep -lE '^int main\>' tests/unit/*.c 2>/dev/null)
UNIT_HELPERS  := $(filter-out $(UNIT_PROGRAMS),$(wildcard tests/unit/*.c))
UNITS         := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_PROGRAMS))
UNIT_LIB      := $(BUILD)/unit-obj/gsstap.a
UNIT_LIB_OBJ  := $(filter-out %/tools/main.c.o,$(TOOLS_OBJ)) $(BUILD)/unit-obj/tools/main.c.o \
	$(patsubst %,$(BUILD)/shim-obj/%.o,$(wildcard trace/writer*.c) $(SHIM_PURE))

$(BUILD)/unit-obj/tools/main.c.o: tools/main.c
	@mkdir -p $(@D)
	$(CC) $(TOOLS_CFLAGS) -Wno-missing-prototypes -Dmain=gsstap_main -c -o $@ $<

$(UNIT_LIB): $(UNIT_LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/unit-obj/%.o: %
	@mkdir -p $(@D)
	$(CC) $(TOOLS_CFLAGS) -c -o $@ $<

$(BUILD)/unit/%: $(BUILD)/unit-obj/tests/unit/%.c.o $(patsubst %,$(BUILD)/unit-obj/%.o,$(UNIT_HELPERS)) $(UNIT_LIB)
	@mkdir -p $(@D)
	$(CC) $(LDSAN) -o $@ $^ -lcmocka -ljansson $(TOOLS_LIBS)

# Fuzz targets: the same sources once more, by clang, whatever CC and SAN are.
FUZZ_CC     ?= clang
FUZZ_CFLAGS := -I$(BUILD)/gen -std=gnu11 -O1 -g -D_GNU_SOURCE -I. -w -MMD -MP -fno-omit-frame-pointer -DTOOL_LIBDIR='""'
FUZZ_LIB    := $(BUILD)/fuzz-obj/gsstap.a
FUZZ_OBJ    := $(patsubst %,$(BUILD)/fuzz-obj/%.o,$(TOOLS_SRC) $(SHIM_PURE) $(wildcard trace/writer*.c))
FUZZERS     := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))

$(BUILD)/fuzz-obj/%.o: %
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
		$(if $(filter tools/main.c,$<),-Dmain=gsstap_main) -c -o $@ $<

$(FUZZ_LIB): $(FUZZ_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/fuzz/%: $(BUILD)/fuzz-obj/tests/fuzz/%.c.o $(FUZZ_LIB)
	@mkdir -p $(@D)
	$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(TOOLS_LIBS)

# Make would remove these as intermediate.
.SECONDARY: $(patsubst %,$(BUILD)/unit-obj/%.o,$(wildcard tests/unit/*.c)) \
	$(patsubst %,$(BUILD)/fuzz-obj/%.o,$(wildcard tests/fuzz/*.c))

test-programs: all $(HOSTS) $(PLUGINS) $(NAIVE)

packages:
	@missing=$$(.ci/missing); [ -z "$$missing" ] || { echo "The tests need packages that are missing:"; \
		echo "  apt-get install" $$missing; exit 2; } >&2

# TESTS are Bats files (decode, decode.bats or tests/decode.bats), unit/NAME or fuzz/NAME; none is all of them.
RUN_TESTS = BUILD=$(abspath $(BUILD)) SAN=$(SAN) tests/run

# Only what the named ones run is built: every fuzz target costs all sources once more.
NAMED   := $(basename $(patsubst tests/%,%,$(TESTS)))
RUNS    := $(if $(NAMED),$(patsubst %,$(BUILD)/%,$(filter unit/% fuzz/%,$(NAMED)) $(if $(filter suite,$(NAMED)),fuzz/frame)),$(UNITS) $(FUZZERS))

check: packages test-programs $(RUNS) ## run the tests; TESTS="decode unit/reader" JOBS=4 SAN=address,undefined
	@$(RUN_TESTS) $(TESTS)

check-%: packages test-programs
	@$(if $(filter suite,$*),$(MAKE) --no-print-directory $(BUILD)/fuzz/frame)
	@$(if $(wildcard tests/unit/$*.c),$(MAKE) --no-print-directory $(BUILD)/unit/$*)
	@$(if $(wildcard tests/fuzz/$*.c),$(MAKE) --no-print-directory $(BUILD)/fuzz/$*)
	@$(RUN_TESTS) $(if $(wildcard tests/$*.bats),$*) $(if $(wildcard tests/unit/$*.c),unit/$*) \
		$(if $(wildcard tests/fuzz/$*.c),fuzz/$*)

fuzz: $(FUZZERS) ## fuzz every target for SECONDS=60, from its seeds
	@BUILD=$(abspath $(BUILD)) tests/run --fuzz $(SECONDS)

bench: packages all $(BENCHES) ## measure the cost of a call, beside the aims
	@BUILD=$(abspath $(BUILD)) GSSTAP=$(abspath $(BUILD))/gsstap tests/bench/run

.PHONY: check fuzz bench packages test-programs
