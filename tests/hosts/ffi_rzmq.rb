#!/usr/bin/ruby
# SPDX-License-Identifier: MIT
# A message through ruby-ffi-rzmq: ruby-ffi finds each zmq_ function with dlsym (facts I2).
require 'ffi-rzmq'

context = ZMQ::Context.new
pull = context.socket(ZMQ::PULL)
push = context.socket(ZMQ::PUSH)
push.setsockopt(ZMQ::LINGER, 0)
puts "bind #{pull.bind('inproc://ruby')} connect #{push.connect('inproc://ruby')}"
push.send_string('hello')
text = +''
pull.recv_string(text)
puts text
puts "bad #{push.connect('nonsense://')} #{ZMQ::Util.errno}"
puts "close #{push.close} #{pull.close}"
context.terminate
puts 'done'
