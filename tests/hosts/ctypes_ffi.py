#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Both libraries by ctypes: dlopen with RTLD_LOCAL, then dlsym on the handle for each function (facts I2)."""
import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p

zmq = ctypes.CDLL("libzmq.so.5", mode=ctypes.RTLD_LOCAL, use_errno=True)
gss = ctypes.CDLL("libgssapi_krb5.so.2", mode=ctypes.RTLD_LOCAL)


class Buffer(ctypes.Structure):
    _fields_ = [("length", c_size_t), ("value", c_char_p)]


def talk():
    zmq.zmq_ctx_new.restype = zmq.zmq_socket.restype = c_void_p
    context = c_void_p(zmq.zmq_ctx_new())
    pull, push = (c_void_p(zmq.zmq_socket(context, kind)) for kind in (7, 8))
    print("bind", zmq.zmq_bind(pull, b"inproc://ctypes"), "connect", zmq.zmq_connect(push, b"inproc://ctypes"))
    ctypes.set_errno(0)
    print("bad", zmq.zmq_connect(push, b"nonsense://"), ctypes.get_errno())
    zmq.zmq_send(push, b"hello", 5, 0)
    text = ctypes.create_string_buffer(16)
    print("got", zmq.zmq_recv(pull, text, 15, 0), text.value.decode())
    print("close", zmq.zmq_close(push), zmq.zmq_close(pull), "term", zmq.zmq_ctx_term(context))


def name():
    minor, oid = c_uint32(), c_void_p.in_dll(gss, "GSS_C_NT_HOSTBASED_SERVICE")
    imported, text = c_void_p(), Buffer(14, b"host@localhost")
    print("import", gss.gss_import_name(byref(minor), byref(text), oid, byref(imported)))
    shown = Buffer()
    print("display", gss.gss_display_name(byref(minor), imported, byref(shown), None))
    print(ctypes.string_at(shown.value, shown.length).decode())
    print("release", gss.gss_release_buffer(byref(minor), byref(shown)), gss.gss_release_name(byref(minor), byref(imported)))


talk()
name()
