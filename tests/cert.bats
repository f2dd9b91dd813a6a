#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# gsstap cert: certificates that pyzmq and CZMQ read, theirs read here, and what is said of bad ones.

bats_require_minimum_version 1.5.0
load helper

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# with_line NAME KEY: the certificate on stdin with another key; of a key's digits many mean something to sed.
with_line() {
    awk -v name="$1" -v key="$2" '$1 == name {print "    " name " = \"" key "\""; next} {print}'
}

@test "a new certificate is two files, which pyzmq and CZMQ read" {
    run "$GSSTAP" cert new alice 'name=Alice A. #1' 'mail=a@x "work"'
    [ "$status" = 0 ]
    [ "$(stat -c %a alice.key alice.key_secret | xargs)" = "644 600" ]
    run ! grep -q secret-key alice.key
    "$PYTHON" -c '
import zmq, zmq.auth
public, none = zmq.auth.load_certificate("alice.key")
again, secret = zmq.auth.load_certificate("alice.key_secret")
assert none is None and public == again == zmq.curve_public(secret)
assert list(zmq.auth.load_certificates(".")) == [public]
print(public.decode())' >public
    # CZMQ takes the secret file where it lies beside the public one.
    mkdir given
    cp alice.key given
    for file in given/alice.key:public alice.key:secret alice.key_secret:secret; do
        "$BUILD/hosts/zcert" load "${file%:*}" >seen
        [ "$(head -1 seen)" = "$(cat public) ${file#*:}" ]
        grep -qx 'name=Alice A. #1' seen
        grep -qx 'mail=a@x "work"' seen
    done
    rm -r given
    "$GSSTAP" cert check .
}

@test "two ends with such certificates talk" {
    "$GSSTAP" cert new server
    "$GSSTAP" cert new client
    "$PYTHON" -c '
import zmq, zmq.auth
context = zmq.Context()
server, client = context.socket(zmq.REP), context.socket(zmq.REQ)
server.curve_publickey, server.curve_secretkey = zmq.auth.load_certificate("server.key_secret")
server.curve_server = True
client.curve_publickey, client.curve_secretkey = zmq.auth.load_certificate("client.key_secret")
client.curve_serverkey = zmq.auth.load_certificate("server.key")[0]
client.connect("tcp://127.0.0.1:%d" % server.bind_to_random_port("tcp://127.0.0.1"))
client.send(b"hello")
assert server.recv() == b"hello"
context.destroy(0)'
}

@test "certificates of pyzmq and CZMQ are read, whatever their order" {
    "$PYTHON" -c '
import zmq.auth
zmq.auth.create_certificates(".", "py", metadata={"name": "bob", "note": "a # in it"})'
    "$BUILD/hosts/zcert" save cz.key name "carol # 2"
    run "$GSSTAP" cert show --format json py.key_secret cz.key cz.key_secret
    [ "$status" = 0 ]
    jq -e -s '.[0].secret_key and .[0].metadata.name == "bob" and (.[1].secret_key | not)
        and .[1].metadata.name == "carol # 2" and .[2].secret_key and .[1].public_key == .[2].public_key' <<<"$output"
    awk '/^curve/{c=1} c{print}' cz.key_secret >first
    awk '/^curve/{exit} {print}' cz.key_secret >second
    cat first second >turned.key_secret
    [ "$("$GSSTAP" cert show --format json turned.key_secret | jq -c 'del(.file)')" = \
        "$("$GSSTAP" cert show --format json cz.key_secret | jq -c 'del(.file)')" ]
    # A digit of keys is #, also without quotes and at the end.
    printf 'curve\n    public-key = #####%s#\n' "$(printf '0%.0s' {1..34})" >hash.key
    [ "$("$GSSTAP" cert show hash.key | awk '/public key/{print $3}')" = "#####$(printf '0%.0s' {1..34})#" ] ||
        "$GSSTAP" cert show hash.key 2>&1 | grep -q "Z85"
}

@test "a secret key is never shown" {
    "$GSSTAP" cert new alice
    secret=$(sed -n 's/.*secret-key = "\(.*\)"/\1/p' alice.key_secret)
    [ ${#secret} = 40 ]
    { "$GSSTAP" cert show alice.key_secret; "$GSSTAP" cert list; "$GSSTAP" cert check .; "$GSSTAP" cert list --format json
        sed 's/public-key.*/public-key = "x"/' alice.key_secret >bad.key_secret
        "$GSSTAP" cert show bad.key_secret || :
        with_line secret-key "x$secret" <alice.key_secret >long.key_secret
        "$GSSTAP" cert check long.key_secret || :
    } >told 2>&1
    grep -q "no Z85 text" told
    run ! grep -qF "${secret:1:30}" told
}

@test "what is wrong with a certificate is said, and is the exit status" {
    # wrong STATUS FILE TEXT
    wrong() {
        run "$GSSTAP" cert check "$2"
        echo "$output"
        [ "$status" = "$1" ]
        [ "$output" = "gsstap: $2: $3" ]
    }
    "$GSSTAP" cert new alice
    "$GSSTAP" cert new bob
    zero=$(printf '0%.0s' {1..40})
    sed "s/public-key.*/public-key = \"$zero\"/" alice.key >zero.key
    wrong 1 zero.key "the public key is all zero"
    sed "s/secret-key.*/secret-key = \"$zero\"/" alice.key_secret >zero.key_secret
    chmod 600 zero.key_secret
    wrong 1 zero.key_secret "the secret key is all zero"
    with_line secret-key "$(sed -n 's/.*secret-key = "\(.*\)"/\1/p' bob.key_secret)" <alice.key_secret >mixed.key_secret
    chmod 600 mixed.key_secret
    wrong 1 mixed.key_secret "the secret key is not that of the public key"
    sed 's/public-key.*/public-key = "0rJua0000000000000000000000000000000000"/' alice.key >short.key
    wrong 2 short.key "line 6: the public key is no Z85 text of 40 characters"
    # A point of order 4, by its one byte that is not zero.
    printf '\1' >one; head -c 31 /dev/zero >>one
    key=$("$PYTHON" -c 'import zmq.utils.z85 as z; print(z.encode(open("one", "rb").read()).decode())')
    with_line public-key "$key" <alice.key >order.key
    wrong 1 order.key "the public key is of small order: it protects nothing"
    cp alice.key_secret open.key_secret
    chmod 640 open.key_secret
    wrong 1 open.key_secret "others may read the secret key: chmod 600"
    cp -p alice.key_secret named.key
    wrong 1 named.key "a secret key stands in a file that is named as a public one"
    : >empty.key
    wrong 2 empty.key "there is no public key in it: expected 'curve' and, indented below it, 'public-key = ...'"
    cat alice.key >twice.key
    tail -1 alice.key >>twice.key
    wrong 2 twice.key "line 7: a key stands in it twice"
    head -c 70000 /dev/zero >large.key
    wrong 2 large.key "it is larger than any certificate"
    mkfifo pipe.key
    wrong 2 pipe.key "it is not a regular file"
    wrong 2 missing.key "No such file or directory"
}

@test "nothing is overwritten, and both files are made or none" {
    "$GSSTAP" cert new alice
    cp alice.key before
    run "$GSSTAP" cert new alice
    [ "$status" = 1 ]
    [ "$output" = "gsstap: alice.key_secret exists, and is not overwritten: give a new name" ]
    rm alice.key_secret
    run "$GSSTAP" cert new alice
    [ "$status" = 1 ]
    cmp alice.key before
    [ ! -e alice.key_secret ]
    ln -s /nowhere bob.key_secret
    run "$GSSTAP" cert new bob
    [ "$status" = 1 ]
    mkdir there
    "$GSSTAP" cert new carol -o there
    [ -e there/carol.key ]
}

@test "wrong usage is told with what to do" {
    for words in "" "frob" "new" "show" "check" "new a/b" "new a b" "new a =x" "new a x!=y" "-o x list" "--format json new a" "--format x list"; do
        read -ra given <<<"$words"
        run "$GSSTAP" cert "${given[@]}"
        echo "$words: $output"
        [ "$status" = 2 ]
        [ -n "$output" ]
    done
    run "$GSSTAP" cert list
    [ "$status" = 0 ]
    [[ $output == *"no certificates"* ]]
}
