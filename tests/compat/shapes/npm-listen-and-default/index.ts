import { createServer } from "node:http";

createServer((_request, response) => response.end("the server that listens")).listen(3000);

export default { fetch: (): Response => new Response("the export") };
