// Runs in Node, not in Deno: prints how Node's HTTP server parses each line of the standard input, a
// JSON string with one character per byte. Exits at the end of its standard input.
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import { connect } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";

/** The result for the current line; there is one connection at a time. */
let read = { requests: [], error: null };

const options = {
  insecureHTTPParser: false,
  maxHeaderSize: 1024 * 1024,
  requestTimeout: 0,
  headersTimeout: 0,
  keepAliveTimeout: 0,
};

const server = createServer(options);
server.httpAllowHalfOpen = true;

function take(request, response) {
  const { method, url, httpVersion, rawHeaders } = request;
  const seen = { method, url, version: httpVersion, fields: rawHeaders, body: "", isWhole: false };
  read.requests.push(seen);
  request.on("data", (piece) => seen.body += piece.toString("latin1"));
  request.on("end", () => {
    seen.isWhole = request.complete;
    response.end();
  });
  request.on("error", () => {});
}

// Everything is read by then; an upgrade request may never end.
server.on("connection", (socket) => {
  socket.on("end", () => setImmediate(() => socket.destroy()));
});
server.on("request", take);
server.on("checkContinue", take);
server.on("checkExpectation", take);
server.on("clientError", (error, socket) => {
  read.error = error.code ?? error.message;
  // Data from before the error is still being passed to `take`.
  setImmediate(() => socket.destroy());
});

function send(text) {
  return new Promise((resolve) => {
    const { port } = server.address();
    const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    client.on("error", () => {});
    client.on("close", resolve);
    client.on("end", () => client.destroy());
    client.resume();
    client.end(Buffer.from(text, "latin1"));
  });
}

await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit());
for await (const line of lines) {
  read = { requests: [], error: null };
  await send(JSON.parse(line));
  process.stdout.write(`${JSON.stringify(read)}\n`);
}
