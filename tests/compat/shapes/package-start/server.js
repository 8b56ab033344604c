import { createServer } from "node:http";

createServer((_, response) => response.end("npm start")).listen(3000);
