#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# One side of a talk through ZMQ::FFI, which calls libzmq by libffi (FFI::Platypus) and frees what Perl no longer refers to.
# talk.pl answer ENDPOINT READY: a ROUTER: makes the file READY, answers once. talk.pl ask ENDPOINT TEXT: a DEALER.
# Each prints what it got; a call that fails, or takes too long, dies.
use v5.36;
use ZMQ::FFI qw(ZMQ_DEALER ZMQ_ROUTER ZMQ_RCVTIMEO ZMQ_SNDTIMEO);

my $PATIENCE_MS = 60_000;

sub hear ($socket) {
    my @parts = $socket->recv_multipart;
    say "got $parts[-1]";
    return @parts;
}

die "usage: talk.pl answer ENDPOINT READY | ask ENDPOINT TEXT\n" unless @ARGV == 3;
my ($role, $endpoint, $word) = @ARGV;
my $context = ZMQ::FFI->new;
my $socket  = $context->socket($role eq 'answer' ? ZMQ_ROUTER : ZMQ_DEALER);
$socket->die_on_error(1);
$socket->set_linger($PATIENCE_MS);
$socket->set(ZMQ_RCVTIMEO, 'int', $PATIENCE_MS);
$socket->set(ZMQ_SNDTIMEO, 'int', $PATIENCE_MS);
if ($role eq 'answer') {
    $socket->bind($endpoint);
    open my $ready, '>', $word or die "$word: $!\n";
    my ($who, $text) = hear($socket);
    $socket->send_multipart([$who, "re $text"]);
} else {
    $socket->connect($endpoint);
    $socket->send($word);
    hear($socket);
}
