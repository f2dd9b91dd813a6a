#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# GT0012: what one side has no other permits.

bats_require_minimum_version 1.5.0
load helper
load diagnose

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$GSSTAP_REALM/krb5.keytab" .
    export KRB5CCNAME=FILE:$PWD/alice.cc KRB5_KTNAME=FILE:$PWD/krb5.keytab
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
}

# permit LIST: the configuration of the test permits only these.
permit() {
    config "s/^\[libdefaults\]/&\n\tpermitted_enctypes = $1/"
}

@test "a ticket from before its type was forbidden is found, and a new one is the remedy" {
    kadmin.local -q 'addprinc -randkey -e aes128-cts-hmac-sha1-96:normal host/small.gsstap.test'
    kadmin.local -q "ktadd -norandkey -k krb5.keytab host/small.gsstap.test"
    permit aes128-cts-hmac-sha1-96
    initiate old host@small.gsstap.test
    [ "$CLIENT_STATUS" != 0 ]
    doctor old
    only GT0012
    finds GT0012 ".cause | test(\"ticket-granting ticket in FILE:$PWD/alice.cc is of aes256-cts-hmac-sha1-96, which $PWD/krb5.conf does not permit\")"
    finds GT0012 '.evidence | any(. == "permitted are: aes128-cts-hmac-sha1-96")'
    finds GT0012 ".remedy[-1].text == \"if the KDC gives it none of these types either, add aes256-cts-hmac-sha1-96 to permitted_enctypes in [libdefaults] of $PWD/krb5.conf, or remove that line\""
    remedy GT0012 1
    initiate new host@small.gsstap.test
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a service without a key of a permitted type is found, and given one" {
    kadmin.local -q 'addprinc -randkey -e aes128-cts-hmac-sha256-128:normal host/odd.gsstap.test'
    permit aes128-cts-hmac-sha1-96
    kinit -k -t "$GSSTAP_REALM/client/alice" alice
    initiate odd host@odd.gsstap.test
    doctor odd
    only GT0012
    finds GT0012 ".cause | test(\"asks for, by $PWD/krb5.conf, the KDC takes none for a session key of host/odd.gsstap.test@GSSTAP.TEST$\")"
    finds GT0012 '[.remedy[].text // empty] | any(contains("all keytabs with the old one are of no use then"))'
    kadmin.local -q 'ktadd -k krb5.keytab -e aes128-cts-hmac-sha1-96:normal host/odd.gsstap.test@GSSTAP.TEST'
    finds GT0012 ".remedy | any(.command == \"kadmin.local -q 'ktadd -e aes128-cts-hmac-sha1-96:normal host/odd.gsstap.test@GSSTAP.TEST'\")"
    initiate new host@odd.gsstap.test
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "a service whose own list of session key types leaves out the client's is not said to lack a key" {
    kadmin.local -q 'addprinc -randkey nfs/localhost'
    kadmin.local -q 'ktadd -norandkey -k krb5.keytab nfs/localhost'
    kadmin.local -q 'setstr nfs/localhost session_enctypes arcfour-hmac'
    initiate listed nfs@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor listed
    only GT0012
    finds GT0012 '.cause | test("^of the encryption types that python3 asks for, .*, the KDC takes none for a session key of nfs/localhost@GSSTAP.TEST$")'
    finds GT0012 '[.remedy[].command // empty][:2] == ["kadmin.local -q '"'getstrs nfs/localhost@GSSTAP.TEST'"'", "kadmin.local -q '"'getprinc nfs/localhost@GSSTAP.TEST'"'"]'
    remedy GT0012 1 | grep -q '^session_enctypes: arcfour-hmac'
    finds GT0012 '[.remedy[].command // empty][2] == "kadmin.local -q '"'delstr nfs/localhost@GSSTAP.TEST session_enctypes'"'"'
    kadmin.local -q 'delstr nfs/localhost@GSSTAP.TEST session_enctypes'
    initiate new nfs@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "the list that a KDC is asked with counts, whatever else is permitted" {
    config 's/^\[libdefaults\]/&\n\tdefault_tgs_enctypes = aes128-cts/'
    initiate left host@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor left
    only GT0012
    finds GT0012 ".cause | test(\"ticket-granting ticket in FILE:$PWD/alice.cc is of aes256-cts-hmac-sha1-96, which $PWD/krb5.conf does not permit\")"
    finds GT0012 '.evidence | any(. == "default_tgs_enctypes has: aes128-cts-hmac-sha1-96")'
    # kinit gets another one like it.
    finds GT0012 ".remedy == [{text: \"add aes256-cts-hmac-sha1-96 to default_tgs_enctypes in [libdefaults] of $PWD/krb5.conf, or remove that line\"}]"
    sed -i '/default_tgs_enctypes/s/$/ aes256-cts-hmac-sha1-96/' krb5.conf
    initiate added host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    sed -i /default_tgs_enctypes/d krb5.conf
    initiate removed host@localhost
    [ "$CLIENT_STATUS" = 0 ]
    healthy added removed
}

@test "the list that a client logs in with counts, whatever else is permitted" {
    kadmin.local -q 'addprinc -randkey -e aes256-cts-hmac-sha1-96:normal large'
    kadmin.local -q "ktadd -norandkey -k large.keytab large"
    config 's/^\[libdefaults\]/&\n\tdefault_tkt_enctypes = aes128-cts/'
    KRB5CCNAME=FILE:$PWD/none KRB5_CLIENT_KTNAME=FILE:$PWD/large.keytab initiate login host@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor login
    only GT0012
    finds GT0012 '.evidence | any(. == "default_tkt_enctypes has: aes128-cts-hmac-sha1-96")'
    finds GT0012 ".remedy | any(.text // \"\" | contains(\"(default_tkt_enctypes in [libdefaults] of $PWD/krb5.conf)\"))"
}

@test "a client keytab and a password of which nothing is permitted are not called wrong" {
    permit aes128-cts-hmac-sha256-128
    export KRB5CCNAME=FILE:$PWD/none KRB5_CLIENT_KTNAME=FILE:$GSSTAP_REALM/client/bob
    initiate keytab host@localhost
    [ "$CLIENT_STATUS" != 0 ]
    doctor keytab
    only GT0012
    finds GT0012 ".cause | test(\"logs in as bob@GSSTAP.TEST, and the KDC has no key of it of an encryption type that $PWD/krb5.conf permits\")"
    finds GT0012 '.evidence | any(test("client/bob has bob@GSSTAP.TEST: kvno 1 aes256"))'
    unset KRB5_CLIENT_KTNAME
    kadmin.local -q 'addprinc -pw word frank'
    local conf=$KRB5_CONFIG
    KRB5_CONFIG=$GSSTAP_REALM/krb5.conf
    CLIENT=(-user frank -pass word)
    handshake password C_KRB5_CONFIG="$conf"
    doctor password
    only GT0012
    finds GT0012 '.cause | test("^gss-client logs in as frank")'
    sed -i 's/permitted_enctypes = .*/&, aes256-cts-hmac-sha1-96/' "$conf"
    handshake right C_KRB5_CONFIG="$conf"
    [ "$CLIENT_STATUS" = 0 ]
    healthy right
}

@test "an acceptor that does not permit the ticket's type is found: its key is right" {
    permit aes128-cts-hmac-sha256-128
    local conf=$KRB5_CONFIG
    KRB5_CONFIG=$GSSTAP_REALM/krb5.conf
    handshake forbidden S_KRB5_CONFIG="$conf"
    doctor forbidden
    only GT0012
    finds GT0012 ".cause | test(\"the ticket is of aes256-cts-hmac-sha1-96, which $conf, the configuration of gss-server.*, does not permit\")"
    finds GT0012 '.evidence | any(contains("cannot decrypt ticket"))'
    finds GT0012 ".remedy | any(.text == \"add aes256-cts-hmac-sha1-96 to permitted_enctypes in [libdefaults] of $conf, or remove that line\")"
    # Its answer is the same as that of a wrong key: what the acceptor has, nobody can see here, or not any more.
    doctor forbidden/client.pcapng
    only GT0011
    finds GT0011 '.cause | test("host/localhost@GSSTAP.TEST: its keytab has another key, its configuration does not permit aes256-cts-hmac-sha1-96, or the token was changed on its way$")'
    finds GT0011 '[.remedy[].text // ""] | any(test("permitted_enctypes .* has aes256-cts-hmac-sha1-96$"))'
    mkdir away
    "$GSSTAP" redact forbidden/*.pcapng away
    doctor away
    only GT0011
    finds GT0011 '.cause | test(": its keytab has another key, or its configuration does not permit aes256-cts-hmac-sha1-96$")'
    sed -i 's/permitted_enctypes = .*/&, aes256-cts-hmac-sha1-96/' "$conf"
    handshake new S_KRB5_CONFIG="$conf"
    [ "$CLIENT_STATUS" = 0 ]
    healthy new
}

@test "two causes at once are both named: the key is another one, too" {
    permit aes128-cts-hmac-sha256-128
    local conf=$KRB5_CONFIG
    KRB5_CONFIG=$GSSTAP_REALM/krb5.conf
    kvno -q host/localhost
    kadmin.local -q 'cpw -randkey host/localhost'
    rm krb5.keytab
    kadmin.local -q "ktadd -norandkey -k krb5.keytab host/localhost"
    handshake both S_KRB5_CONFIG="$conf"
    doctor both
    only GT0009 GT0012
    remedy GT0009 1
    handshake one S_KRB5_CONFIG="$conf"
    doctor one
    only GT0012
    handshake none
    [ "$CLIENT_STATUS" = 0 ]
    healthy none
}
