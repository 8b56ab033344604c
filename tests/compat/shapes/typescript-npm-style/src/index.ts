import { createServer } from "http";
import { parse } from "./schema";

const server = createServer((request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(parse(new URL(request.url ?? "/", "http://localhost"))));
});

server.listen(Number(process.env.PORT) || 3000);
