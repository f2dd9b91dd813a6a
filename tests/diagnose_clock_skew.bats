#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0005: one side is shown another time.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup_file() {
    diagnose_up
    # In the cache: else the KDC is the first to refuse the clock.
    kvno -q host/localhost
}

FAKETIME=$(dpkg -L libfaketime | grep '/libfaketime\.so\.1$')

# Under a sanitizer, faketime's library leaves its semaphores behind in gsstap itself, which has it preloaded here as well.
# bats test_tags=bare
@test "a client whose clock is ahead is found, and by the acceptor's answer alone" {
    handshake ahead C_LD_PRELOAD="$FAKETIME" C_FAKETIME=+10m
    doctor ahead
    only GT0005
    finds GT0005 '.cause | test("clocks of gss-client.* and of gss-server.* differ by more than .*300 s")'
    finds GT0005 '.evidence | any(test("gss-client.* is shown a clock that is (599|600) s ahead"))'
    finds GT0005 '.remedy | any(.text // "" | test("run gss-client.* without what shows it another time"))'
    finds GT0005 '.remedy | length == 1'
    doctor ahead/client.pcapng
    only GT0005
    finds GT0005 '.cause | test("and of the acceptor differ")'
    # Without it:
    handshake right
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}

# Under a sanitizer, faketime's library leaves its semaphores behind in gsstap itself, which has it preloaded here as well.
# bats test_tags=bare
@test "a clock that the KDC refuses is told as one that differs from its own" {
    kinit -k -t "$GSSTAP_REALM/client/alice" -c FILE:fresh alice
    handshake refused C_LD_PRELOAD="$FAKETIME" C_FAKETIME=+10m C_KRB5CCNAME="FILE:$PWD/fresh"
    doctor refused
    only GT0005
    finds GT0005 '.cause | test("clocks of gss-client.* and of the KDC differ")'
}

# Under a sanitizer, faketime's library leaves its semaphores behind in gsstap itself, which has it preloaded here as well.
# bats test_tags=bare
@test "a client whose clock is behind is found: its ticket is not yet valid" {
    handshake behind C_LD_PRELOAD="$FAKETIME" C_FAKETIME=-10m
    doctor behind
    only GT0005
    finds GT0005 '.evidence | any(test("said .Ticket not yet valid"))'
    finds GT0005 '.evidence | any(test("the KDC made the ticket at .*, which is [56][0-9][0-9] s after what gss-client"))'
}

# Under a sanitizer, faketime's library leaves its semaphores behind in gsstap itself, which has it preloaded here as well.
# bats test_tags=bare
@test "a server whose clock is behind is found, and how far by its KRB-ERROR" {
    handshake server S_LD_PRELOAD="$FAKETIME" S_FAKETIME=-10m
    doctor server
    only GT0005
    finds GT0005 '.evidence | any(test("the KRB-ERROR.s clock is (599|600|601) s behind that of this trace"))'
    doctor server/client.pcapng
    only GT0005
    finds GT0005 '.remedy | any(.text // "" | test("^set the clock of each machine that takes part, the KDC.s as well"))'
    finds GT0005 '.remedy | any(.command // "" | test("^chronyc tracking"))'
}

# Under a sanitizer, faketime's library leaves its semaphores behind in gsstap itself, which has it preloaded here as well.
# bats test_tags=bare
@test "a server whose clock is so far ahead that the ticket has expired is found, by either trace: the ticket has not" {
    handshake expired S_LD_PRELOAD="$FAKETIME" S_FAKETIME=+20d
    doctor expired
    only GT0005
    finds GT0005 '.evidence | any(test("gss-server.* is shown a clock that is (1727999|172800[01]) s ahead"))'
    finds GT0005 '.evidence | any(test("said .Ticket expired"))'
    doctor expired/server.pcapng
    only GT0005
    doctor expired/client.pcapng
    only GT0005
    finds GT0005 '.evidence | any(test("answered KRB-ERROR KRB_AP_ERR_TKT_EXPIRED"))'
    finds GT0005 '.evidence | any(test("the KRB-ERROR.s clock is 17[0-9]* s ahead of that of this trace"))'
}

# Under a sanitizer, faketime's library leaves its semaphores behind in gsstap itself, which has it preloaded here as well.
# bats test_tags=bare
@test "a key that was changed does not hide a clock that is wrong as well: both are told" {
    kvno -q host/localhost
    kadmin.local -q 'cpw -randkey host/localhost'
    handshake both C_LD_PRELOAD="$FAKETIME" C_FAKETIME=+10m S_KRB5_KTNAME="FILE:$PWD/new.keytab" || :
    kadmin.local -q "ktadd -norandkey -k $PWD/new.keytab host/localhost"
    rm -r both
    handshake both C_LD_PRELOAD="$FAKETIME" C_FAKETIME=+10m S_KRB5_KTNAME="FILE:$PWD/new.keytab"
    doctor both
    only GT0005 GT0009
}

@test "a ticket that is for later is no clock that is wrong" {
    kinit -k -t "$GSSTAP_REALM/client/alice" -c FILE:later -s 1h alice
    handshake for_later C_KRB5CCNAME="FILE:$PWD/later"
    doctor for_later
    run ! finds GT0005
}
