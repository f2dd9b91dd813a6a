# SPDX-License-Identifier: MIT
#
# How single host programs, plugins and naive preloads are built when the default will not do. HOST_CFLAGS,
# HOST_LDFLAGS and HOST_LIBS are target-specific; what is not set here keeps the default of tests/tests.mk.
# Nothing here may name a path outside the Debian packages.

$(BUILD)/hosts/handshake: HOST_LDFLAGS := -Wl,-z,lazy
$(BUILD)/hosts/handshake_now: HOST_LDFLAGS := -Wl,-z,now -Wl,-z,relro
# What the loader takes to bind a call is more than what is measured.
$(BUILD)/hosts/signal_stack: HOST_LDFLAGS := -Wl,-z,now
$(BUILD)/hosts/handshake_noplt: HOST_CFLAGS := -fno-plt
$(BUILD)/hosts/handshake_noplt: HOST_LDFLAGS := -Wl,-z,now

$(BUILD)/naive/versioned.so: HOST_LDFLAGS := -Wl,--version-script=tests/naive/versioned.map

# Plugins bring their library; the programs that load them have none.
$(BUILD)/plugins/zmq_plugin.so: HOST_LIBS := -lzmq
$(BUILD)/plugins/gss_plugin.so: HOST_LIBS := -lgssapi_krb5
$(BUILD)/hosts/plugin_user $(BUILD)/hosts/two_libzmq: HOST_LIBS := -ldl

# Heimdal beside MIT: its headers first, its library alone.
HEIMDAL_LIBDIR := $(dir $(shell $(CC) -print-file-name=heimdal/libgssapi.so))
$(BUILD)/hosts/heimdal_handshake $(BUILD)/hosts/heimdal_wrap $(BUILD)/plugins/heimdal_plugin.so: HOST_CFLAGS += -isystem /usr/include/heimdal
$(BUILD)/hosts/heimdal_handshake $(BUILD)/hosts/heimdal_wrap $(BUILD)/plugins/heimdal_plugin.so: HOST_LIBS := -L$(HEIMDAL_LIBDIR) -lgssapi

# Two libzmq of one origin: same length, other soname; "inproc" is "inprok" in the second.
$(BUILD)/two/libzmA.so.5:
	@mkdir -p $(@D)
	LC_ALL=C sed 's/libzmq\.so\.5/libzmA.so.5/' $(shell $(CC) -print-file-name=libzmq.so) > $@
$(BUILD)/two/libzmB.so.5:
	@mkdir -p $(@D)
	LC_ALL=C sed 's/libzmq\.so\.5/libzmB.so.5/; s/inproc/inprok/g' $(shell $(CC) -print-file-name=libzmq.so) > $@
$(BUILD)/plugins/two_a.so $(BUILD)/plugins/two_tail_a.so: $(BUILD)/two/libzmA.so.5
$(BUILD)/plugins/two_b.so $(BUILD)/plugins/two_tail_b.so: $(BUILD)/two/libzmB.so.5
$(BUILD)/plugins/two_a.so $(BUILD)/plugins/two_b.so: HOST_CFLAGS += -fno-optimize-sibling-calls
$(BUILD)/plugins/two_tail_a.so $(BUILD)/plugins/two_tail_b.so: HOST_CFLAGS += -foptimize-sibling-calls
$(BUILD)/plugins/pointers_plugin.so: HOST_CFLAGS += -foptimize-sibling-calls
$(BUILD)/plugins/pointers_plugin.so: HOST_LIBS := -lzmq -lgssapi_krb5
$(BUILD)/plugins/two_a.so $(BUILD)/plugins/two_tail_a.so: HOST_LIBS := -L$(BUILD)/two -l:libzmA.so.5 -Wl,-rpath,'$$ORIGIN/../two'
$(BUILD)/plugins/two_b.so $(BUILD)/plugins/two_tail_b.so: HOST_LIBS := -L$(BUILD)/two -l:libzmB.so.5 -Wl,-rpath,'$$ORIGIN/../two'

# A stub that refers to nothing of libgssapi_krb5 must depend on it all the same, as real mechanisms do.
$(BUILD)/plugins/stub_mech.so: HOST_LDFLAGS := -Wl,--no-as-needed
$(BUILD)/plugins/stub_mech.so: HOST_LIBS := -lgssapi_krb5
$(BUILD)/plugins/sanitizer_first.so: HOST_LDFLAGS := -Wl,-z,initfirst
$(BUILD)/plugins/sanitizer_first.so: HOST_LIBS :=
$(BUILD)/plugins/second_preload.so: HOST_LIBS := -ldl
$(BUILD)/hosts/lookups: HOST_LDFLAGS := -rdynamic
$(BUILD)/plugins/lookup_plugin.so: $(BUILD)/two/libzmA.so.5 $(BUILD)/two/libzmB.so.5
$(BUILD)/plugins/lookup_plugin.so: HOST_LIBS := -lzmq -ldl -Wl,-rpath,'$$ORIGIN/../two'
$(BUILD)/hosts/reload: HOST_LIBS := -ldl

# CZMQ's own ZAP handler.
$(BUILD)/hosts/zap_czmq $(BUILD)/hosts/zcert: HOST_LIBS := -lczmq -lzmq
$(BUILD)/hosts/absent $(BUILD)/hosts/zap_unloaded: HOST_LIBS := -ldl

# A libzmq that frees what it wraps, out of Debian's static one (see tests/plugins/zmq_frees.c).
FREES_NAMES := stderr GSS_C_NT_USER_NAME GSS_C_NT_HOSTBASED_SERVICE __libc_single_threaded in6addr_any NORM_NODE_ANY \
	NORM_INSTANCE_INVALID NORM_SESSION_INVALID NORM_OBJECT_INVALID
$(BUILD)/frees/libzmq.a:
	@mkdir -p $(@D)
	objcopy $(foreach name,$(FREES_NAMES),--redefine-sym $(name)=frees_$(name)) \
		$(shell $(CC) -print-file-name=libzmq.a) $@
	printf '{ global: zmq_*; local: *; };\n' > $(@D)/zmq.map
$(BUILD)/plugins/zmq_frees.so: $(BUILD)/frees/libzmq.a
$(BUILD)/plugins/zmq_frees.so: HOST_LDFLAGS := -Wl,-soname,libzmq.so.5 -Wl,--wrap=gss_wrap -Wl,-Bsymbolic \
	-Wl,--version-script=$(BUILD)/frees/zmq.map
$(BUILD)/plugins/zmq_frees.so: HOST_LIBS := -Wl,--whole-archive $(BUILD)/frees/libzmq.a -Wl,--no-whole-archive \
	-Wl,-Bstatic -lstdc++ -Wl,-Bdynamic -lgssapi_krb5 -lsodium -lpgm-5.3 -lnorm -lbsd -lpthread -lm

# The programs have no libzmq: a plugin brings it.
$(BUILD)/hosts/churn: HOST_LIBS := -lgssapi_krb5 -lpthread -ldl
$(BUILD)/hosts/plugin_gone: HOST_LIBS := -ldl
$(BUILD)/hosts/slow_load $(BUILD)/hosts/fork_unmap: HOST_LDFLAGS := -rdynamic
$(BUILD)/plugins/slow_start.so: HOST_LIBS := -lgssapi_krb5
$(BUILD)/plugins/churn_gss.so: HOST_LIBS := -lgssapi_krb5
$(BUILD)/plugins/churn_zmq.so: HOST_LIBS := -L$(BUILD)/two -l:libzmB.so.5 -Wl,-rpath,'$$ORIGIN/../two'
$(BUILD)/plugins/churn_zmq.so: $(BUILD)/two/libzmB.so.5

# Its libzmq comes by dlopen alone.
$(BUILD)/hosts/bound: HOST_LIBS := -ldl
$(BUILD)/plugins/bound_plugin.so: HOST_CFLAGS += -fno-optimize-sibling-calls
$(BUILD)/plugins/bound_plugin.so: HOST_LDFLAGS := -Wl,-z,lazy
$(BUILD)/plugins/bound_plugin.so: HOST_LIBS :=

# The shim's sealing itself, beside libgssapi.
SEAL_MIT := $(patsubst %,$(BUILD)/hosts/seal_%,against_mit refused_as_mit against_heimdal)
SEAL_OBJ := $(patsubst %,$(BUILD)/shim-obj/%.o,$(SHIM_SEAL) $(wildcard trace/writer*.c))
$(SEAL_MIT): $(SEAL_OBJ)
$(SEAL_MIT): HOST_LDFLAGS := $(LDSAN)
$(SEAL_MIT): HOST_LIBS := $(SEAL_OBJ) -lgssapi_krb5
$(BUILD)/hosts/seal_other_openssl: $(SEAL_OBJ)
$(BUILD)/hosts/seal_other_openssl: HOST_LDFLAGS := $(LDSAN) -rdynamic
$(BUILD)/hosts/seal_other_openssl: HOST_LIBS := $(SEAL_OBJ)

# Programs with libzmq inside: whose calls of it nobody sees.
ZMQ_INSIDE := -l:libzmq.a -lgssapi_krb5 -lstdc++ -lm -l:libsodium.so.23 -l:libpgm-5.3.so.0 -l:libnorm.so.1 -l:libbsd.so.0
$(BUILD)/hosts/other_sockets: HOST_LIBS := $(ZMQ_INSIDE)

# Loaded by the KDC, which brings libkdb5.
$(BUILD)/plugins/kdb_pac.so: HOST_CFLAGS += -DDB2='"$(dir $(shell $(CC) -print-file-name=libkrb5.so))krb5/plugins/kdb/db2.so"'
$(BUILD)/plugins/kdb_pac.so: HOST_LIBS := -ldl
