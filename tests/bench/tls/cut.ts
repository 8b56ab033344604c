import { openRelay } from "../../proxy/tls_relay.ts";
import { connectTo, openServer } from "./server.ts";

/** Returns the event that a node:tls server gets if a connection ends without close_notify. */
export async function endOfCutConnection(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  const port = await openServer((socket) => {
    socket.once("data", () => begun.resolve());
    socket.on("error", (error) => resolve(`the error "${error.message}"`));
    socket.on("end", () => resolve("an orderly end"));
  });
  using relay = openRelay(port);
  const client = await connectTo(relay.port);
  await client.write(new Uint8Array(1));
  await begun.promise;
  relay.cut();
  return await promise;
}
