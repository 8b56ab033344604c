// A server of node:net that sends back what it gets, and prints its port.
import { type AddressInfo, createServer } from "node:net";

const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (bytes) => socket.write(bytes));
});
server.on("error", () => {});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
});
// Where nobody ends it.
setTimeout(() => Deno.exit(), 60_000);
