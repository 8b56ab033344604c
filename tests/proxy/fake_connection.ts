import { Wire } from "../../lib/proxy/wire.ts";
import { bytesOf, textOf } from "./harness.ts";

/** A wire whose reads and writes come as the test says, one by one. */
export interface FakeConnection {
  readonly wire: Wire;
  /** What one read gives. */
  readonly arrive: (text: string) => void;
}

/** A connection without a socket; `write` tells how much of a text is taken, and when. */
export function fakeConnection(write: (text: string) => Promise<number>): FakeConnection {
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => {});
  const arrived: string[] = [];
  let wake = () => {};
  const connection = {
    async read(into: Uint8Array): Promise<number> {
      while (arrived.length === 0) {
        await Promise.race([new Promise<void>((resolve) => wake = resolve), closed.promise]);
      }
      const bytes = bytesOf(arrived.shift()!);
      into.set(bytes);
      return bytes.length;
    },
    write: (bytes: Uint8Array) => Promise.race([write(textOf(bytes)), closed.promise]),
    close: () => closed.reject(new Error("closed")),
  };
  return {
    wire: new Wire(connection as unknown as Deno.Conn, 1_024),
    arrive(text: string): void {
      arrived.push(text);
      wake();
    },
  };
}
