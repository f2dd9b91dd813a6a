/* SPDX-License-Identifier: MIT */
/*
 * One side of a talk in C++, through cppzmq (zmq.hpp and zmq_addon.hpp), which knows nothing of security.
 * cppzmq_pair answer ENDPOINT READY: a ROUTER: makes the file READY, answers once.
 * cppzmq_pair ask ENDPOINT TEXT: a DEALER that sends TEXT as the second of two parts and waits for the
 * answer. Each prints what it got. Calls that fail throw, and end it with 1. Built by tests/realworld.bats
 * with g++.
 */
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <zmq.hpp>
#include <zmq_addon.hpp>

static constexpr int patience_ms = 20000;

static std::vector<zmq::message_t> hear(zmq::socket_t &socket)
{
	std::vector<zmq::message_t> parts;

	if (!zmq::recv_multipart(socket, std::back_inserter(parts)))
		throw std::runtime_error("nothing came");
	std::cout << "got " << parts.back().to_string_view() << std::endl;
	return parts;
}

static void answer(zmq::socket_t &socket, const std::string &endpoint, const std::string &ready)
{
	socket.bind(endpoint);
	std::ofstream{ready};
	auto parts = hear(socket);
	parts.back() = zmq::message_t("re " + parts.back().to_string());
	zmq::send_multipart(socket, parts);
}

static void ask(zmq::socket_t &socket, const std::string &endpoint, const std::string &text)
{
	socket.connect(endpoint);
	zmq::send_multipart(socket,
			    std::vector<zmq::const_buffer>{zmq::str_buffer("head"), zmq::buffer(text)});
	hear(socket);
}

int main(int argc, char **argv)
{
	const std::string role = argc == 4 ? argv[1] : "";

	if (role != "answer" && role != "ask") {
		std::cerr << "usage: cppzmq_pair answer ENDPOINT READY | ask ENDPOINT TEXT\n";
		return 2;
	}
	try {
		zmq::context_t context;
		zmq::socket_t socket(context,
				     role == "answer" ? zmq::socket_type::router : zmq::socket_type::dealer);
		socket.set(zmq::sockopt::rcvtimeo, patience_ms);
		socket.set(zmq::sockopt::sndtimeo, patience_ms);
		socket.set(zmq::sockopt::linger, patience_ms);
		(role == "answer" ? answer : ask)(socket, argv[2], argv[3]);
	} catch (const std::exception &e) {
		std::cerr << "cppzmq_pair: " << e.what() << "\n";
		return 1;
	}
	return 0;
}
