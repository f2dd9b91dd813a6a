#!/usr/bin/ruby
# SPDX-License-Identifier: MIT
# One side of a talk through ruby-ffi-rzmq, which finds each zmq_ function with dlsym (facts I2).
# talk.rb answer ENDPOINT READY: a REP socket: makes the file READY, answers once. talk.rb ask ENDPOINT TEXT: a REQ.
# Each prints what it got; a call that fails, or takes too long, is said and ends it with 1.
require 'ffi-rzmq'

PATIENCE_MS = 20_000

def check(what, result)
  abort "#{what}: #{ZMQ::Util.error_string}" unless ZMQ::Util.resultcode_ok?(result)
end

def hear(socket)
  text = +''
  check 'recv', socket.recv_string(text)
  puts "got #{text}"
  text
end

def say(socket, text)
  check 'send', socket.send_string(text)
end

abort 'usage: talk.rb answer ENDPOINT READY | ask ENDPOINT TEXT' unless ARGV.size == 3
role, endpoint, word = ARGV
context = ZMQ::Context.new
socket = context.socket(role == 'answer' ? ZMQ::REP : ZMQ::REQ)
[ZMQ::RCVTIMEO, ZMQ::SNDTIMEO, ZMQ::LINGER].each { |option| check 'setsockopt', socket.setsockopt(option, PATIENCE_MS) }
if role == 'answer'
  check 'bind', socket.bind(endpoint)
  File.write(word, '')
  say socket, "re #{hear(socket)}"
else
  check 'connect', socket.connect(endpoint)
  say socket, word
  hear socket
end
check 'close', socket.close
context.terminate
