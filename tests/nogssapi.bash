# SPDX-License-Identifier: MIT
# A libzmq that was built without GSSAPI: that of the addon of the npm package zeromq, which exports zmq_*; node's functions
# are stubs. Loaded after helper.bash, by files with a line "# network:".
# shellcheck shell=bash

LIBRARY=libzmq-4e6f4753.so.5

# package DIRECTORY VERSION: the npm package zeromq with what is built into it, its scripts not run. By one file at a time.
package() {
    (
        flock 9
        [ -e "$1/node_modules/zeromq/package.json" ] ||
            npm install --no-audit --no-fund --ignore-scripts --prefix "$1" "zeromq@$2"
    ) 9>"$1.lock" 3>&-
}

# addon: the file that node loads of the package without draft functions.
addon() {
    echo "$BUILD/npm-napi/node_modules/zeromq/prebuilds/linux-x64/node.napi.glibc.node"
}

# make_library DIRECTORY: that libzmq as $LIBRARY, and what it needs.
make_library() {
    package "$BUILD/npm-napi" 6.0.0-beta.6
    mkdir -p "$1"
    nm -D --undefined-only "$(addon)" |
        awk '$NF ~ /^(napi|uv)_/ {print "int " $NF "(void); int " $NF "(void) { return 0; }"}' |
        gcc -x c -shared -fPIC -Wl,-soname,libnode-stubs.so -o "$1/libnode-stubs.so" -
    cp "$(addon)" "$1/$LIBRARY"
    patchelf --set-soname $LIBRARY "$1/$LIBRARY"
    patchelf --add-needed libnode-stubs.so "$1/$LIBRARY"
    patchelf --set-rpath "\$ORIGIN" "$1/$LIBRARY"
}
