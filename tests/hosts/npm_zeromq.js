// SPDX-License-Identifier: MIT
// A question and an answer through the npm package zeromq, which carries its own libzmq inside its addon (facts I7).
// NODE_PATH says where the package is.
const zmq = require("zeromq");

async function talk() {
	const rep = new zmq.Reply({linger: 0}), req = new zmq.Request({linger: 0});
	await rep.bind("tcp://127.0.0.1:*");
	req.connect(rep.lastEndpoint);
	await req.send("question");
	console.log(String((await rep.receive())[0]));
	await rep.send("answer");
	console.log(String((await req.receive())[0]), zmq.version, zmq.capability.draft, zmq.capability.gssapi);
	try {
		req.connect("nonsense://");
	} catch (error) {
		console.log(error.code);
	}
	req.close();
	rep.close();
}

talk();
