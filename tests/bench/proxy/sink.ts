// Reads requests with a body and then answers. Argument: its port.
import { readMessage } from "./message.ts";

const BUFFER_BYTES = 1024 * 1024;
const ANSWER = new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

for await (const connection of Deno.listen({ hostname: "127.0.0.1", port: Number(Deno.args[0]) })) {
  connection.setNoDelay(true);
  // Ignore clients that disconnect in the middle.
  answer(connection).catch(() => {}).finally(() => connection.close());
}

async function answer(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  while (await readMessage(connection, buffer) !== undefined) await connection.write(ANSWER);
}
