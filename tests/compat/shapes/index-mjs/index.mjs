import { createServer } from "node:http";

createServer((request, response) => {
  response.setHeader("content-type", "text/plain");
  response.end(`node got ${request.method} ${request.url}`);
}).listen(3000);
