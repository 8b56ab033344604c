// A server of node:http2, as simple as its documentation shows it. It prints its port.
import { Buffer } from "node:buffer";
import http2 from "node:http2";
import { PAIRS } from "../../proxy/certificates.ts";

const { cert, key } = PAIRS.one;
const MAX_HEADER_LIST = 16 * 1024;
const PIECE = Buffer.alloc(64 * 1024);

const server = http2.createSecureServer({
  cert,
  key,
  settings: { maxHeaderListSize: MAX_HEADER_LIST },
  maxSessionMemory: 4,
});
server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  stream.respond({ ":status": 200 });
  if (headers[":path"] !== "/big") return void stream.end("ok");
  const send = (): void => {
    while (!stream.destroyed) {
      if (!stream.write(PIECE)) return void stream.once("drain", send);
    }
  };
  send();
});
server.on("sessionError", () => {});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
});
