// A node:net server that echoes data and prints its port.
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
// In case it is not killed.
setTimeout(() => Deno.exit(), 60_000);
