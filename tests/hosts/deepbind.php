<?php
/* SPDX-License-Identifier: MIT */
/* A message through php-zmq: PHP loads its extensions with RTLD_DEEPBIND, so that a preload is not asked (facts I5). */
$context = new ZMQContext();
$pull = $context->getSocket(ZMQ::SOCKET_PULL);
$push = $context->getSocket(ZMQ::SOCKET_PUSH);
$push->setSockOpt(ZMQ::SOCKOPT_LINGER, 0);
$pull->bind("inproc://php");
$push->connect("inproc://php");
$push->send("hello");
echo $pull->recv(), " ", $push->getSockOpt(ZMQ::SOCKOPT_LINGER), "\n";
try {
	$push->connect("nonsense://");
} catch (ZMQSocketException $error) {
	echo $error->getMessage(), "\n";
}
