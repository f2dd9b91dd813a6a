#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# timeout: 280
#
# A program gives the same output and the same exit status under the shim as without it: with nothing asked for, and
# with everything recorded. Each host of tests/hosts/ prints what it can see; `thrice` compares (tests/ways.bash).

bats_require_minimum_version 1.5.0
load helper
load ways

setup_file() {
    realm_up -u alice -s host@localhost
}

teardown_file() {
    realm_down
}

setup() {
    LEVEL=payload
    cd "$BATS_TEST_TMPDIR"
}

teardown() {
    ! mountpoint -q "$BATS_TEST_TMPDIR/trace" || umount "$BATS_TEST_TMPDIR/trace"
}

# thrice COMMAND...: bare, under the shim alone, under the shim with everything recorded.
thrice() {
    bare "$@"
    [ "$status" = 0 ] || broken "$@"
    run under_shim "$@"
    same
    [ "$(traces)" = 0 ]
    tapped "$@"
    same
}

# A bare run that fails says nothing about the shim: it is the test that is broken.
broken() {
    echo "bare, '$*' ends with $status: $output"
    return 1
}

# readable FILE...: stock tools read it without a word of complaint, and so do we.
readable() {
    local file said
    for file; do
        said=$(tshark -r "$file" -q 2>&1 >/dev/null | grep -v 'Running as user "root"' || :)
        [ -z "$said" ] || { echo "tshark on $file: $said"; return 1; }
        said=$(trace_json "$file" 2>&1 >/dev/null)
        [ -z "$said" ] || { echo "decode of $file: $said"; return 1; }
    done
}

@test "the shim takes little of the static thread storage, which is scarce where it is loaded late" {
    [ $(($(readelf -lW "$SHIM" | awk '$1 == "TLS" {print $6}'))) -lt 512 ]
}

@test "a program that makes no gss or zmq call leaves no trace" {
    tapped bash -c 'for i in 1 2 3; do /bin/true; done; echo "$(/bin/echo ended)"'
    [ "$output" = ended ]
    [ "$(traces)" = 0 ]
    tapped "$HOSTS/plugin_user" local "$PLUGINS/lookup_plugin.so" # looks functions up, calls none of them
    [ "$(traces)" = 0 ]
}

@test "the environment that a child sees is what it was given" {
    env | grep -v -e '^_=' -e '^LD_PRELOAD=' | sort >given
    under_shim bash -c 'env | grep -v -e "^_=" -e "^LD_PRELOAD=" | sort' >seen
    diff <(grep -v -e '^SHLVL=' -e '^}' given) <(grep -v -e '^SHLVL=' -e '^}' seen)
}

@test "a fork without exec goes on in parent, child and grandchild, a trace each" {
    thrice "$HOSTS/fork_child"
    [ "$(traces)" = 3 ]
    for file in trace/*; do
        readable "$file"
        [ "$(trace_json "$file" | jq .pid | sort -u | wc -l)" = 1 ]
        [ "$(trace_json "$file" | jq -r 'select(.event == "process").event' | wc -l)" = 1 ]
    done
    # 2 + 1 messages in each of three generations, and nothing of one in the file of another
    traced gss_wrap 9
    traced gss_accept_sec_context 4
}

@test "a child that has its parent's id, in a namespace of its own, tells its configuration as well" {
    bare "$HOSTS/fork_same_id"
    tapped "$HOSTS/fork_same_id"
    same
    [ "$(traces)" = 2 ]
    for file in trace/*; do
        trace_json "$file" | jq -e -s 'map(select(.event == "configuration").pid) == [1]'
    done
}

# AddressSanitizer's allocator has locks that a child can find held: it stops one bare child of some hundreds.
# bats test_tags=bare
@test "a fork from a thread while others are in gss calls leaves every child working" {
    thrice "$HOSTS/fork_thread"
    [ "$output" = "40 of 40 children" ]
    [ "$(traces)" = 41 ]
    find trace -type f -size -512k | head -3 >small # the children's; the parent's is large
    mapfile -t small <small
    [ "${#small[@]}" = 3 ]
    readable "${small[@]}"
    for file in trace/*; do
        [ "$(trace_json "$file" | jq .pid | sort -u | wc -l)" = 1 ]
    done
    # five sets of each kind of each child, in its own file
    for call in gss_create_empty_oid_set gss_add_buffer_set_member; do
        [ "$(events ".call == \"$call\" and .depth == 0" | jq .pid | sort | uniq -c | awk '$1 == 5' | wc -l)" = 40 ]
    done
}

# AddressSanitizer's allocator has locks that a child can find held: it stops one bare child of some hundreds.
# bats test_tags=bare
@test "a child forked while others are in gss calls is refused what the policy refuses" {
    printf 'version: 1\ngss:\n  delegation: refuse\n' >policy.yaml
    "$GSSTAP" policy compile -o policy.bin policy.yaml
    GSSTAP_POLICY=$PWD/policy.bin tapped "$HOSTS/fork_thread" refused
    [ "$output" = "40 of 40 children" ]
    [ "$(events '.event == "refused"' | jq .pid | sort | uniq -c | awk '$1 == 5' | wc -l)" = 40 ]
}

@test "a child forked while another thread had the loader's list locked looks up, calls and is recorded" {
    thrice "$HOSTS/fork_walk" "$PLUGINS/churn_gss.so"
    [ "$output" = $'look-up: 0\nfirst call: 0' ]
    [ "$(traces)" = 2 ]
    for name in libgssapi_krb5.so.2 fork_walk; do # its address, size and build id in parent and child
        [ "$(events '.event == "process"' | jq -c ".libraries[] | select(.soname == \"$name\")" | sort | uniq -c |
            awk '{print $1}')" = 2 ]
    done
    [ "$(events '.event == "coverage" and .reached == false' | wc -l)" = 0 ]
    [ "$(events '.event == "call" and .call == "gss_import_name" and .depth == 0' | wc -l)" = 1 ]
}

# ThreadSanitizer takes it for a fault when a process ends within a call that it knows of a library it does not know.
# bats test_tags=no_tsan
@test "a child forked just when we unmap something looks at what is there" {
    thrice "$HOSTS/fork_unmap" "$PLUGINS/churn_gss.so"
    [ "$output" = "children that failed: 0" ]
    tapped "$HOSTS/fork_unmap" "$PLUGINS/churn_gss.so" tell
    [ "$output" = $'children that failed: 0\nthere were some' ]
}

@test "threads that make the first calls at once come after what says who the process is" {
    thrice "$HOSTS/first_at_once"
    [ "$output" = "40 of 40 children" ]
    [ "$(traces)" = 40 ]
    for file in trace/*; do
        trace_json "$file" >all
        [ "$(head -n 1 all | jq -r .event)" = process ]
        [ "$(jq -r 'select(.event == "process").event' all | wc -l)" = 1 ]
        # eight of each, and none of them dropped
        [ "$(jq -c 'select(.event == "call" and .depth == 0)' all | wc -l)" = 16 ]
    done
}

@test "a first call from where the loader's list is locked holds nobody up for long" {
    thrice "$HOSTS/first_under_lock"
    trace_json trace/* >all
    [ "$(head -n 1 all | jq -r .event)" = process ]
    # What could not wait is counted, by a reason that is true.
    local lost
    lost=$(jq -c 'select(.event == "dropped" and .why == "it came before the trace could say who the process is") | .count' all)
    [ "$(($(jq -c 'select(.event == "call" and .depth == 0)' all | wc -l) + ${lost:-0}))" = 40 ]
}

@test "a program that executes itself keeps every trace" {
    thrice "$HOSTS/exec_again" 3
    [ "$(traces)" = 4 ] # one process id, four programs
    [ "$(events | jq .pid | sort -u | wc -l)" = 1 ]
    traced gss_wrap 4
}

@test "a program that closes all descriptors gets them all, and its files hold what it wrote" {
    thrice "$HOSTS/close_all" mine
    [ "$output" = "descriptors 3 to 22" ]
    [ "$(cat mine)" = "$(printf 'first line\nlast line\n%.0s' 1 2 3)" ]
    readable trace/*
    traced gss_wrap 2002
}

@test "calls before main, in atexit handlers and in destructors are recorded" {
    thrice "$HOSTS/atexit_gss"
    [ "$output" = $'constructor 00000000\natexit handler\ndestructor' ]
    traced gss_wrap 3
}

# ThreadSanitizer has forgotten the thread by then.
# bats test_tags=no_tsan
@test "calls in the last destructors of a thread are recorded" {
    thrice "$HOSTS/thread_exit"
    [ "$output" = "40 rounds" ]
    traced gss_wrap 45
}

# A sanitizer keeps memory of its own.
# bats test_tags=bare
@test "a thread that made a handshake leaves no memory behind when it ends" {
    thrice "$HOSTS/threads_leave"
    printf 'version: 1\ngss: {peers: {deny: [mallory@GSSTAP.TEST]}}\n' >p.yaml
    run "$GSSTAP" run -p p.yaml --level off -- "$HOSTS/threads_leave"
    [ "$output" = "nothing left" ]
}

@test "a thread with the smallest stack there is goes on" {
    thrice "$HOSTS/tiny_stack"
    [[ $output == *"thread: Success" ]]
    traced gss_wrap 100
    [ "$(events '.call == "gss_unwrap" and .major != 0' | wc -l)" = 1 ]
}

# A sanitizer's frames are larger than what is left of that stack.
# bats test_tags=bare
@test "a thread with the smallest stack there is begins the next files of a trace, and removes the oldest" {
    GSSTAP_MAX_SIZE=64K,2 thrice "$HOSTS/tiny_stack" "" 3000 3000
    [[ $output == *"thread: Success" ]]
    [ "$(find trace -type f | wc -l)" = 2 ]
    events '.event == "dropped"' | jq -e -s 'map(.count) | add > 3000'
}

@test "a program killed in the middle leaves every finished event readable" {
    bare "$HOSTS/killed" 1000
    [ "$status" = 137 ]
    tapped "$HOSTS/killed" 1000
    same
    readable trace/*
    traced gss_wrap 1000
    traced gss_unwrap 1000
    traced gss_accept_sec_context 1
    capinfos trace/* >/dev/null
}

@test "a program killed while threads are in calls leaves every finished event readable" {
    tapped "$HOSTS/killed" 500 3
    [ "$status" = 137 ]
    [ "$output" -ge 2000 ]
    readable trace/*
    [ "$(events '.call == "gss_unwrap" and .depth == 0' | wc -l)" -ge "$output" ]
}

# ThreadSanitizer keeps signals back and hands them on later, also to who holds them off by then.
# bats test_tags=no_tsan
@test "a signal handler may call gss functions while its thread is inside one" {
    thrice "$HOSTS/signal_gss"
    readable trace/*
    # two calls each time; what came in the middle of recording another may be dropped, but then it is counted
    recorded=$(events '.call == "gss_release_oid_set"' | wc -l)
    dropped=$(events '.event == "dropped"' | jq .count | jq -s 'add // 0')
    [ $((recorded + dropped)) -ge 500 ]
    # On a busy machine most signals come where the thread is given back its processor: after the recorder's system calls.
    [ "$recorded" -ge 50 ]
}

# AddressSanitizer's allocator is to be the only one.
# bats test_tags=bare
@test "a signal handler's call that fails takes no memory for what is told of it" {
    thrice "$HOSTS/handler_memory"
    [ "$output" = $'before any other: 0\nwith a context: 0\nwithin malloc: yes, 0' ]
    [ "$(events '.call == "gss_context_time" and .minor_text == "Attempt to use incomplete security context"' | wc -l)" -ge 3 ]
    # what only the library could say is left out
    [ "$(events '.call == "gss_display_status"' | jq -r '.minor, .minor_text')" = $'22\nnull' ]
}

# AddressSanitizer has frames of its own.
# bats test_tags=bare
@test "a signal handler on a stack of its own needs at most 2 kB more of it" {
    bare "$HOSTS/signal_stack"
    local alone=$output level
    for level in audit calls tokens messages payload; do
        LEVEL=$level tapped "$HOSTS/signal_stack"
        [ "$output" -le $((alone + 2048)) ]
    done
    GSSTAP_MAX_SIZE=64K,2 tapped "$HOSTS/signal_stack" # begins file after file
    [ "$output" -le $((alone + 2048)) ]
}

# ThreadSanitizer takes it for a fault when a thread ends within a call that it knows of a library it does not know.
# AddressSanitizer takes what a thread does last for a use of the frames that its cancellation has left.
# bats test_tags=bare,no_tsan
@test "a thread cancelled inside a call leaves the others working" {
    thrice timeout 60 "$HOSTS/cancel"
    [ "$(grep -c cancelled <<<"$output")" = 3 ]
    readable trace/*
    [ "$(events '.call == "gss_import_name" and .depth == 0' | wc -l)" = 9 ]
}

@test "a call left by siglongjmp does not make later calls look like the library's own" {
    thrice timeout 60 "$HOSTS/jump_out"
    [ "$(grep -c 'jumped out' <<<"$output")" = 3 ]
    readable trace/*
    [ "$(events '.call == "gss_release_buffer" and .depth == 0' | wc -l)" -ge 3 ]
    [ "$(events '.call == "gss_import_name" and .depth == 0' | wc -l)" = 3 ]
}

# ThreadSanitizer keeps signals back and hands them on later, also to who holds them off by then.
# bats test_tags=no_tsan
@test "a thread that was left in the middle of recording records again, and holds up no other" {
    tapped timeout 100 "$HOSTS/jump_often"
    [ "$output" = ended ]
    # Ten before the jumps, and ten of each thread after them and a call from their height.
    [ "$(events '.call == "gss_import_name" and .depth == 0' | wc -l)" = 30 ]
}

# The shell that system and popen start does not live with ThreadSanitizer's runtime.
# bats test_tags=no_tsan
@test "programs started by vfork, posix_spawn, system and popen run and are recorded" {
    for how in vfork spawn system popen; do
        rm -rf trace
        thrice "$HOSTS/starts" "$how" "$HOSTS/handshake"
        [[ $output == *"status 0" ]]
        [ "$(traces)" = 2 ]
        readable trace/*
        [ "$(events '.event == "call" and .call == "gss_wrap"' | jq .pid | sort | uniq -c | awk '{print $1}' |
            sort | xargs)" = "1 2" ]
    done
}

@test "a program that gives up root goes on, and so does its child that can make no trace" {
    mkdir -m 700 trace
    thrice "$HOSTS/drops_root" 65534
    [ "$output" = "uid 65534, child 0" ]
    traced gss_wrap 1000
}

@test "a program that changes its root goes on" {
    mkdir cell
    thrice "$HOSTS/drops_root" 65534 cell
    [ "$output" = "uid 65534, child 0" ]
    traced gss_wrap 1000
}

@test "a program without a free descriptor goes on" {
    thrice "$HOSTS/no_room" fds
}

@test "a program that runs out of descriptors after the handshake goes on" {
    thrice "$HOSTS/no_room" late-fds
    readable trace/*
    traced gss_accept_sec_context 1
}

# AddressSanitizer itself ends a program in which it finds no address space for what it notes of each allocation.
# bats test_tags=bare
@test "a program without address space goes on" {
    thrice "$HOSTS/no_room" memory
    readable trace/*
    traced gss_accept_sec_context 1
}

@test "a program with a limit on the size of files is not killed for our file" {
    thrice "$HOSTS/no_room" file
    rm -rf trace
    thrice "$HOSTS/no_room" late-file
    readable trace/*
    traced gss_accept_sec_context 1
}

@test "a full disk drops events, counts them, and the program goes on" {
    mkdir -p trace
    mount -t tmpfs -o size=512k,mode=700 tmpfs trace
    bare "$HOSTS/handshake" krb5 5000
    tapped "$HOSTS/handshake" krb5 5000
    cp -r trace kept
    umount trace
    same
    readable kept/*
    recorded=$(trace_json kept/* | jq -r 'select(.call == "gss_wrap" or .call == "gss_unwrap").call' | wc -l)
    dropped=$(trace_json kept/* | jq 'select(.event == "dropped").count' | jq -s 'add // 0')
    [ "$recorded" -ge 100 ]
    [ "$recorded" -lt 10000 ]
    [ "$dropped" -ge 1 ]
}

@test "a disk that is full from the start leaves the program alone" {
    mkdir -p trace
    mount -t tmpfs -o size=4k,mode=700 tmpfs trace
    bare "$HOSTS/handshake" krb5 200
    tapped "$HOSTS/handshake" krb5 200
    umount trace
    same
}

@test "a trace that cannot be made leaves the program alone" {
    bare "$HOSTS/handshake"
    for place in /proc/nothing/%p "$PWD"/no/such/directory/%p /dev/full /dev/null/%p; do
        run under_shim GSSTAP_TRACE="$place" "$HOSTS/handshake"
        same
    done
}

@test "a trace is the owner's alone, never overwritten, never through a symbolic link" {
    mkdir trace
    (umask 0 && tapped "$HOSTS/handshake" && [ "$status" = 0 ])
    [ "$(stat -c %a trace/*)" = 600 ]
    echo precious >precious
    ln -s ../precious trace/link.pcapng
    run under_shim GSSTAP_TRACE="$PWD"/trace/link.pcapng "$HOSTS/handshake"
    [ "$status" = 0 ]
    [ "$(cat precious)" = precious ]
    echo kept >trace/there.pcapng
    run under_shim GSSTAP_TRACE="$PWD"/trace/there.pcapng "$HOSTS/handshake"
    [ "$(cat trace/there.pcapng)" = kept ]
    [ -s trace/there-2.pcapng ]
}

@test "errno is what the real function left" {
    thrice "$HOSTS/errno_kept"
    [[ $output == *"gss_release_buffer(&minor, &out): 0 errno 4242"* ]]
}

@test "functions that are not there do not seem to be" {
    thrice "$HOSTS/absent"
    [[ $output == *"gss_wrap in the program: no, said so"* ]]
}

@test "careless arguments get the answer, or the crash, that they get without us" {
    thrice "$HOSTS/careless"
    [[ $output == *"gss_init_sec_context 0: 02000000"* ]]
    [ "$(wc -l <<<"$output")" -ge 240 ]
}

@test "threads that come and go lose no event" {
    thrice "$HOSTS/threads" 100 50
    readable trace/*
    traced gss_wrap 5000
    traced gss_unwrap 5000
    traced gss_accept_sec_context 100
    dropped=$(events '.event == "dropped"')
    [ -z "$dropped" ]
}

@test "a program's descriptors, threads, signals and mask stay its own" {
    thrice "$HOSTS/descriptors"
    [ "$(grep ^free <<<"$output" | sort -u | wc -l)" = 1 ]
    [ "$(grep -cE '^Threads:[[:space:]]*1$' <<<"$output")" = 3 ]
}

# ThreadSanitizer's runtime does not come up without descriptors.
# bats test_tags=no_tsan
@test "a program without standard descriptors finds their numbers free" {
    export OUT=$BATS_TEST_TMPDIR/out
    thrice bash -c 'for n in 1 2 3 4 5 6 7 8 9; do eval "exec $n>&-"; done; exec 0<&-; "$0"; exit $?' "$HOSTS/descriptors"
    grep -q 'free 1 2 3' out
    readable trace/*
}

@test "libraries that are unloaded and loaded again are found anew" {
    thrice "$HOSTS/reload" "$PLUGINS/two_a.so" "$PLUGINS/two_b.so"
    [ "$(grep -c 'A inproc 0 inprok -1' <<<"$output")" = 10 ]
    traced zmq_bind 40
    rm -r trace
    thrice "$HOSTS/reload" "$PLUGINS/two_tail_a.so" "$PLUGINS/two_tail_b.so"
    traced zmq_bind 40
    rm -r trace
    thrice "$HOSTS/reload" "$BUILD/two/libzmA.so.5" "$BUILD/two/libzmB.so.5"
    [ "$(grep -c 'B inproc -1 inprok 0' <<<"$output")" = 10 ]
    traced zmq_bind 40
}

@test "a plugin that was unloaded is not looked at again" {
    thrice "$HOSTS/plugin_gone" "$PLUGINS/churn_gss.so"
    [ "$(grep -c 'malloc 1' <<<"$output")" = 2 ]
}

@test "threads that load and unload plugins while others look up and call find what they find without us" {
    # A sanitizer's dlopen ends a program that asks for RTLD_DEEPBIND.
    [ -z "$SANITIZER" ] || export NO_DEEPBIND=1
    LEVEL=calls
    thrice "$HOSTS/churn" 100 "$PLUGINS/churn_gss.so" "$PLUGINS/churn_zmq.so"
    [ "$(grep -c '100 of 100 rounds' <<<"$output")" = 3 ]
    events '.event == "coverage"' >coverage # once: two threads have filled the trace as fast as they could
    jq -es 'all(.[]; .reached) and any(.[]; .family == "zmq" and .library == "libzmB.so.5")' coverage
}

@test "a constructor's look-ups and calls do not wait for a thread that waits for the loader" {
    thrice "$HOSTS/slow_load" "$PLUGINS/slow_start.so"
    [ "$output" = $'50 found, errno 4242, at once\nfirst call: at once\nthe other: found' ]
}

@test "a library that a plugin is bound to stays when it is closed, and goes with the plugin" {
    thrice "$HOSTS/bound" "$PLUGINS/bound_plugin.so"
    [ "$output" = $'closed 0\nended 0\nclosed 0\nstill there 0' ]
    traced zmq_socket 1
}

@test "what a failed look-up says can still be fetched after the first call of a function" {
    thrice "$HOSTS/dlerror_kept"
    [[ $output == *"after the first call: "*no_such_function* ]]
}

@test "a program that writes its title over its arguments and environment is recorded as what it was" {
    thrice "$HOSTS/titled"
    [[ $output == "titled: at /work"* ]]
    [ "$(find trace -name 'titled-*.pcapng' | wc -l)" = 2 ]
    traced gss_indicate_mechs 2
    [ "$(events '.event == "process"' | jq -r .command | sort | uniq -c | tr -s ' ')" = " 2 titled" ]
    rm trace/*
    run under_shim GSSTAP_CALLS='*' GSSTAP_TRACE="$PWD/trace/%p.pcapng" "$HOSTS/titled" -D --password=hidden -p 22
    [ "$(events '.event == "process"' | jq -c '.args[1:]' | sort -u)" = '["(hidden)","(hidden)","(hidden)","(hidden)"]' ]
    # Who writes over one argument hides it, whatever else he writes.
    local how
    for how in wipe pool; do
        rm trace/*
        run under_shim GSSTAP_CALLS='*' GSSTAP_TRACE="$PWD/trace/%p.pcapng" "$HOSTS/titled" $how alice:open-sesame
        [ "$(events '.event == "process"' | jq -c '.args[1:]' | sort -u)" = '["'$how'","(hidden)"]' ]
        run ! grep -r open-sesame trace
    done
    # What cannot be recorded is still told.
    : >hello
    bare "$HOSTS/titled"
    run under_shim GSSTAP_CALLS='*' GSSTAP_HELLO="$PWD/hello" GSSTAP_TRACE="$PWD/gone/%p.pcapng" "$HOSTS/titled"
    same
    [ "$(grep -c '^problem .*gone/.*No such file' hello)" = 1 ]
}
