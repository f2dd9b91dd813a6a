# gsstap: `make help` lists what can be made.
#
# One rule a kind of file; sources are found by folder, so that a new file needs no line here.

PREFIX  ?= /usr/local
DESTDIR ?=
SAN     ?=
BUILD   ?= build$(if $(SAN),-$(subst $(comma),-,$(SAN)))
comma   := ,

CC      ?= gcc
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Werror
COMMON  := -std=gnu11 -O2 -g -D_GNU_SOURCE -I. $(WARN) -Wcast-qual -MMD -MP $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer)
LDSAN   := $(if $(SAN),-fsanitize=$(SAN))
HARDEN  := $(if $(SAN),,-D_FORTIFY_SOURCE=2) -fstack-protector-strong

# What ld.so makes of $LIB: the shim is reached through a directory of that name, which other loaders do not find.
LIB     := $(or $(shell LD_LIBRARY_PATH='/./$$LIB' LD_DEBUG=libs /bin/true 2>&1 | \
	sed -n 's|.*search path=.*/\./\([^:]*[^:[:space:]]\)[[:space:]]*(LD_LIBRARY_PATH).*|\1|p' | head -n 1),lib)

# The shim is loaded into other people's programs: nothing visible, nothing linked, thread state without a call.
# On whatever stack a call of its host's has: what is larger lies behind a lock, or is mapped.
SHIM_CFLAGS  := $(COMMON) $(HARDEN) $(if $(SAN),,-Wframe-larger-than=2304) -fPIC -fvisibility=hidden -ftls-model=initial-exec -fno-plt
TOOLS_CFLAGS := $(COMMON) -I$(BUILD)/gen $(HARDEN) -fPIE -DTOOL_LIBDIR='"$(PREFIX)/lib/gsstap"' -DTOOL_LIB='"$(LIB)"'
TOOLS_LIBS   := -lkrb5 -lk5crypto -lcom_err -lresolv -lelf -lyaml -lunistring -ltasn1 -lcrypto

SHIM_SRC  := $(wildcard shim/*/*.c shim/*/*.S) $(wildcard trace/writer*.c) $(addprefix policy/,policy.c settings.c decide.c families.c match.c groups.c acquire.c store.c judge.c judge_use.c judge_endpoint.c section.c expand.c glob.c principal.c keywords.c say.c)
TOOLS_SRC := $(wildcard tools/*.c tools/*/*.c tools/*/*.S) $(wildcard trace/reader*.c) $(wildcard policy/*.c)
SHIM_SRC  += policy/address.c policy/brake.c policy/judge_kick.c policy/judge_visitor.c
SHIM_OBJ  := $(patsubst %,$(BUILD)/shim-obj/%.o,$(SHIM_SRC))
TOOLS_OBJ := $(patsubst %,$(BUILD)/tools-obj/%.o,$(TOOLS_SRC))
PAGES     := $(wildcard doc/*.[1-8])

all: $(BUILD)/libgsstap.so $(BUILD)/gsstap $(BUILD)/gsstap.lua ## build the command and the interposer (default)

$(BUILD)/shim-obj/%.o: %
	@mkdir -p $(@D)
	@echo "  CC  $<"
	@$(CC) $(SHIM_CFLAGS) -c -o $@ $<

# The report's page allows no script but ours, which it knows by its hash.
$(BUILD)/gen/report_script.h: tools/view/report.js
	@mkdir -p $(@D)
	@printf '#define REPORT_SCRIPT_HASH "%s"\n' "$$(sha256sum $< | cut -c1-64 | tr a-f A-F | basenc -d --base16 | base64)" >$@

# These run on libzmq's own threads.
$(patsubst %,$(BUILD)/shim-obj/shim/wire/%.c.o,zap message): SHIM_CFLAGS += -Wno-frame-larger-than

# What is taken into the command as it is.
ASSETS := tools/view/explain_page.S tools/view/report_assets.S
$(foreach kind,tools-obj fuzz-obj,$(BUILD)/$(kind)/tools/view/report_page.c.o): $(BUILD)/gen/report_script.h
$(foreach kind,tools-obj fuzz-obj,$(patsubst %,$(BUILD)/$(kind)/%.o,$(ASSETS))): doc/gsstap-findings.7 tools/view/report.css tools/view/report.js

$(BUILD)/tools-obj/%.o: %
	@mkdir -p $(@D)
	@echo "  CC  $<"
	@$(CC) $(TOOLS_CFLAGS) -c -o $@ $<

# Exports follow from calls.def; without version nodes, so that any library's versioned reference is satisfied.
$(BUILD)/exports.map: trace/calls.def shim/exec/exec.def shim/exports.map.in
	@mkdir -p $(@D)
	$(CC) -E -P -x c -I. shim/exports.map.in -o $@

$(BUILD)/libgsstap.so: $(SHIM_OBJ) $(BUILD)/exports.map
	$(CC) -shared -Wl,--version-script=$(BUILD)/exports.map -Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete \
		-Wl,--no-undefined -Wl,-Bsymbolic $(LDSAN) -o $@ $(SHIM_OBJ)
	@mkdir -p $(BUILD)/$(LIB)
	@ln -srf $@ $(BUILD)/$(LIB)/libgsstap.so

$(BUILD)/gsstap: $(TOOLS_OBJ)
	$(CC) -pie $(LDSAN) -o $@ $(TOOLS_OBJ) $(TOOLS_LIBS)

# No compiler tells what an assembler includes.
$(BUILD)/tools-obj/tools/view/explain_page.S.o: doc/gsstap-findings.7

# The plugin for Wireshark: its tables are printed by a program that knows what the tools know.
TABLES_OBJ := $(patsubst %,$(BUILD)/tools-obj/%.o,wireshark/tables.c trace/reader_field.c tools/names/names.c tools/names/gss.c tools/names/zmq.c)

$(BUILD)/wireshark-tables: $(TABLES_OBJ)
	$(CC) -pie $(LDSAN) -o $@ $^ $(TOOLS_LIBS)

$(BUILD)/gsstap.lua: $(BUILD)/wireshark-tables wireshark/fields.lua wireshark/values.lua wireshark/event.lua
	{ $< && cat $(filter %.lua,$^); } >$@.new && mv $@.new $@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
-include tests/tests.mk
include demo/demo.mk

install: all ## install under DESTDIR/PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/gsstap
	install -m 755 $(BUILD)/gsstap $(DESTDIR)$(PREFIX)/bin/gsstap
	install -m 644 $(BUILD)/libgsstap.so $(DESTDIR)$(PREFIX)/lib/gsstap/libgsstap.so
	install -d $(DESTDIR)$(PREFIX)/lib/gsstap/$(LIB)
	ln -srf $(DESTDIR)$(PREFIX)/lib/gsstap/libgsstap.so $(DESTDIR)$(PREFIX)/lib/gsstap/$(LIB)/libgsstap.so
	install -d $(DESTDIR)$(PREFIX)/lib/gsstap/wireshark
	install -m 644 $(BUILD)/gsstap.lua $(DESTDIR)$(PREFIX)/lib/gsstap/wireshark/gsstap.lua
	ln -srf $(DESTDIR)$(PREFIX)/bin/gsstap $(DESTDIR)$(PREFIX)/lib/gsstap/wireshark/gsstap-extcap
	for page in $(PAGES); do section=$${page##*.}; \
		install -d $(DESTDIR)$(PREFIX)/share/man/man$$section; \
		install -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$$section/; done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 644 tools/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/gsstap

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/gsstap
	rm -rf $(DESTDIR)$(PREFIX)/lib/gsstap
	for page in $(notdir $(PAGES)); do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page; done
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/gsstap

format: ## lay out the sources as .clang-format says
	clang-format -i $$(git ls-files '*.c' '*.h')

clean: ## remove what was built
	rm -rf build build-*

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  %-12s %s\n", $$1, $$2}'
	@echo "Settings: PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) SAN=address,undefined CC=$(CC)"

.PHONY: all install uninstall format clean help
