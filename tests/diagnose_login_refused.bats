#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0018: an initiator without tickets logs in with its client keytab or a password, and the KDC refuses.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup() {
    cd "$BATS_TEST_TMPDIR"
    export KRB5CCNAME=FILE:$PWD/none.cc KRB5_CLIENT_KTNAME=FILE:$PWD/client.keytab
}

@test "a client keytab with another key than the KDC's is found, and brought up to date" {
    cp "$GSSTAP_REALM/client/bob" client.keytab
    kadmin.local -q 'cpw -randkey bob'
    initiate old host@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor old
    only GT0018
    finds GT0018 ".cause | test(\"first ticket as bob@GSSTAP.TEST with the client keytab FILE:$PWD/client.keytab, and the KDC does not take this key\")"
    finds GT0018 '.evidence | any(test("client.keytab has bob@GSSTAP.TEST: kvno 1 aes256"))'
    remedies GT0018
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a key of the KDC's version that is another one is replaced, and the keys of others stay" {
    # With one of a later version, which libkrb5 would take before the KDC's.
    cp "$GSSTAP_REALM/client/alice" client.keytab
    kadmin.local -q 'addprinc -randkey gina'
    printf '%s\n' 'addent -password -p gina@GSSTAP.TEST -k 1 -e aes256-cts' wrong 'addent -password -p gina@GSSTAP.TEST -k 7 -e aes256-cts' wrong \
        "wkt $PWD/client.keytab" | ktutil
    chmod 640 client.keytab
    initiate wrong host@localhost gina@GSSTAP.TEST
    [ "$CLIENT_STATUS" != 0 ]
    doctor wrong
    only GT0018
    cp client.keytab before
    # Without the KDC's database at hand, and what that needs.
    KRB5_KDC_PROFILE=$PWD/none.conf doctor wrong
    finds GT0018 '[.remedy[].command // empty | select(startswith("kadmin -q ") or startswith("cp "))] | length == 3'
    finds GT0018 '.remedy[-1].text | test("^kadmin needs the privilege extract-keys")'
    doctor wrong
    remedies GT0018
    cmp before client.keytab.old
    [ "$(stat -c %a client.keytab)" = 640 ]
    [ "$(klist -k client.keytab | grep -c gina)" = 2 ]
    initiate new host@localhost gina@GSSTAP.TEST
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
    rm none.cc
    initiate others host@localhost alice@GSSTAP.TEST
    [ "$CLIENT_STATUS" = 0 ]
}

@test "it is found where the program names the principal, or the keytab in a credential store" {
    kadmin.local -q 'addprinc -randkey dave'
    kadmin.local -q "ktadd -k $PWD/client.keytab dave"
    kadmin.local -q 'cpw -randkey dave'
    initiate named host@localhost dave@GSSTAP.TEST
    doctor named
    only GT0018
    mv client.keytab stored.keytab
    initiate stored host@localhost "" ccache="$PWD/none.cc" client_keytab="$PWD/stored.keytab"
    doctor stored
    only GT0018
    remedies GT0018
    initiate new host@localhost "" ccache="$PWD/none.cc" client_keytab="$PWD/stored.keytab"
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a principal that the KDC does not know is found, and made" {
    kadmin.local -q 'addprinc -randkey carol'
    kadmin.local -q "ktadd -k $PWD/client.keytab carol"
    kadmin.local -q 'delprinc -force carol'
    initiate unknown host@localhost
    doctor unknown
    only GT0018
    finds GT0018 '.cause | test("as carol@GSSTAP.TEST .*the KDC does not know it")'
    remedies GT0018
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a principal that is locked is found, and let in again" {
    cp "$GSSTAP_REALM/client/alice" client.keytab
    kadmin.local -q 'modprinc -allow_tix alice'
    initiate locked host@localhost
    doctor locked
    only GT0018
    finds GT0018 '.cause | test("as alice@GSSTAP.TEST .*the KDC has locked it")'
    remedies GT0018
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

# expired TRACE HOW WHO: the trace is of an account that has expired, HOW it logs in and as WHO; the remedy is applied.
expired() {
    [ "$CLIENT_STATUS" != 0 ]
    doctor "$1"
    only GT0018
    finds GT0018 ".cause | test(\"$2.*the KDC's entry of it has expired\")"
    finds GT0018 "[.remedy[].command // empty] == [\"kadmin.local -q 'modprinc -expire never $3'\"]"
    kadmin.local -q "modprinc -expire never $3"
}

@test "a principal that has expired is found, and let in again" {
    kadmin.local -q 'addprinc -pw word carl'
    kadmin.local -q "ktadd -norandkey -k $PWD/client.keytab carl"
    kadmin.local -q 'modprinc -expire yesterday carl'
    initiate keytab host@localhost
    expired keytab 'first ticket as carl@GSSTAP.TEST' carl@GSSTAP.TEST
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
    unset KRB5_CLIENT_KTNAME
    kadmin.local -q 'modprinc -expire yesterday carl'
    CLIENT=(-user carl -pass word)
    handshake password
    expired password 'logs in as carl.*with a password' carl
    handshake right
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}

@test "a client keytab without a key of the type that the KDC chooses is found, and given one" {
    kadmin.local -q 'addprinc -pw word rick'
    printf '%s\n' 'addent -password -p rick@GSSTAP.TEST -k 1 -e arcfour-hmac' word "wkt $PWD/client.keytab" | ktutil
    initiate old host@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor old
    only GT0018
    finds GT0018 '.cause | test("first ticket as rick@GSSTAP.TEST .*, and that has no key of it of the encryption type that the KDC chose$")'
    finds GT0018 '.evidence | any(endswith("client.keytab has rick@GSSTAP.TEST: kvno 1 arcfour-hmac"))'
    config 's/^\[libdefaults\]/&\n\tallow_rc4 = true/'
    initiate permitted host@localhost
    doctor permitted
    only GT0018
    remedies GT0018
    initiate new host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a keytab without the principal that is asked for is found, and given its key" {
    kadmin.local -q 'addprinc -randkey erin'
    cp "$GSSTAP_REALM/client/alice" client.keytab
    initiate lacks host@localhost erin@GSSTAP.TEST
    doctor lacks
    only GT0018
    finds GT0018 '.cause | test("asks for credentials of erin@GSSTAP.TEST, and the client keytab .* has no key of it")'
    remedies GT0018
    initiate new host@localhost erin@GSSTAP.TEST
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a password that is wrong is found without being shown, and the right one is taken" {
    unset KRB5_CLIENT_KTNAME
    kadmin.local -q 'addprinc -pw right-word frank'
    CLIENT=(-user frank -pass wrong-word)
    handshake wrong
    [ "$CLIENT_STATUS" != 0 ]
    doctor wrong
    only GT0018
    finds GT0018 '.cause | test("^gss-client logs in as frank.* with a password, and the KDC does not take this password")'
    run ! grep -q wrong-word found
    CLIENT=(-user nobody -pass any)
    handshake unknown
    doctor unknown
    only GT0018
    finds GT0018 '.cause | test("logs in as nobody.* with a password, and the KDC does not know it")'
    CLIENT=(-user frank -pass right-word)
    handshake right
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}
