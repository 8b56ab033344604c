import { createServer } from "node:http";
import { once } from "node:events";
import { createGzip } from "node:zlib";
import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  if (pathname === "/hash") {
    const hash = createHash("sha256");
    for await (const chunk of request) hash.update(chunk);
    response.setHeader("Content-Type", "text/plain");
    return response.end(hash.digest("hex"));
  }
  if (pathname === "/gzip") {
    response.writeHead(200, { "content-encoding": "gzip", "content-type": "text/plain" });
    return await pipeline(Readable.from(["zipped ".repeat(1000)]), createGzip(), response);
  }
  if (pathname === "/trailers") {
    response.writeHead(200, { trailer: "x-end", "transfer-encoding": "chunked" });
    response.write("with trailers");
    response.addTrailers({ "x-end": "yes" });
    return response.end();
  }
  response.writeHead(404).end();
});
server.listen(3000, "localhost");
await once(server, "listening");
