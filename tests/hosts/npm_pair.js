// SPDX-License-Identifier: MIT
// One end of a talk through the npm package zeromq: `npm_pair.js rep|req ENDPOINT TEXT`. The server answers one request
// with "re " before it; the client sends TEXT. Each prints "got " and what came. NODE_PATH says where the package is.
const zmq = require("zeromq");

async function talk(role, endpoint, text) {
	const socket = role === "rep" ? new zmq.Reply() : new zmq.Request();
	if (role === "rep") {
		await socket.bind(endpoint);
		require("fs").writeFileSync("up", "");
	} else {
		socket.connect(endpoint);
		await socket.send(text);
	}
	const got = String((await socket.receive())[0]);
	console.log("got " + got);
	if (role === "rep")
		await socket.send("re " + got);
	socket.close();
}

talk(...process.argv.slice(2));
