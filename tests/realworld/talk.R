#!/usr/bin/Rscript
# SPDX-License-Identifier: MIT
# One side of a talk through pbdZMQ, an extension that R loads RTLD_LOCAL.
# talk.R answer ENDPOINT READY: a REP socket: makes the file READY, answers once. talk.R ask ENDPOINT TEXT: a REQ.
# Each prints what it got. R's own serialization is not asked for: text is what travels.
suppressMessages(library(pbdZMQ))

PATIENCE_MS <- 60000L

hear <- function(socket) {
  text <- zmq.recv(socket, 1024L)$buf
  cat("got ", text, "\n", sep = "")
  text
}

words <- commandArgs(trailingOnly = TRUE)
stopifnot(length(words) == 3)
context <- zmq.ctx.new()
socket <- zmq.socket(context, if (words[1] == "answer") ZMQ.ST()$REP else ZMQ.ST()$REQ)
for (option in c("RCVTIMEO", "SNDTIMEO", "LINGER"))
  zmq.setsockopt(socket, ZMQ.SO()[[option]], PATIENCE_MS)
if (words[1] == "answer") {
  zmq.bind(socket, words[2])
  invisible(file.create(words[3]))
  zmq.send(socket, paste("re", hear(socket)))
} else {
  zmq.connect(socket, words[2])
  zmq.send(socket, words[3])
  invisible(hear(socket))
}
zmq.close(socket)
zmq.ctx.destroy(context)
