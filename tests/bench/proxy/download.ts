// Sends the same request repeatedly on some connections, and prints the result in the format of our
// script for wrk. Arguments: an address, the number of connections, and seconds.
import { readMessage } from "./message.ts";

const BUFFER_BYTES = 1024 * 1024;

const { hostname, port, host, pathname } = new URL(Deno.args[0]!);
const request = new TextEncoder().encode(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
const began = performance.now();
const until = began + Number(Deno.args[2]) * 1000;
const latenciesMs: number[] = [];
let [bytes, errors] = [0, 0];

await Promise.all(Array.from({ length: Number(Deno.args[1]) }, repeat));

const durationUs = Math.round((performance.now() - began) * 1000);
latenciesMs.sort((a, b) => a - b);
const p99Us = Math.round((latenciesMs[Math.floor(latenciesMs.length * 0.99)] ?? 0) * 1000);
const result = `RESULT ${latenciesMs.length} ${bytes} ${durationUs} ${p99Us} ${errors}\n`;
Deno.stdout.writeSync(new TextEncoder().encode(result));

async function repeat(): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  while (performance.now() < until) {
    const sentAt = performance.now();
    await connection.write(request);
    const count = await readMessage(connection, buffer);
    if (count === undefined) {
      errors++;
      return;
    }
    bytes += count;
    latenciesMs.push(performance.now() - sentAt);
  }
}
