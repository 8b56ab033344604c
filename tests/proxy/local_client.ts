import { connect, type Socket } from "node:net";
import { bytesOf, textOf, within } from "./harness.ts";

/** A connection between two addresses of this machine. */
export interface Way {
  /** Address of the client: 127.0.0.2 is a different peer from 127.0.0.1. */
  readonly from: string;
  /** 127.0.0.1 if left out. */
  readonly to?: string;
  readonly port: number;
}

/**
 * Sends a request from an address, and returns all data until the other side closes; "" if that is
 * nothing, or a reset.
 */
export async function exchangeFrom(
  { request, ...way }: Way & { readonly request: string },
): Promise<string> {
  const socket = await connectFrom(way);
  let text = "";
  const ended = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("data", (bytes) => text += textOf(bytes as Uint8Array));
  socket.write(bytesOf(request));
  await within(ended, "the end of a connection");
  return text;
}

/** Opens a connection from an address. When the other side closes it, it resets without an error. */
export async function connectFrom({ from, to = "127.0.0.1", port }: Way): Promise<Socket> {
  const socket = connect({ host: to, port, localAddress: from });
  let cause: unknown;
  socket.on("error", (error) => {
    cause = error;
    socket.destroy();
  });
  await within(
    new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("close", () => reject(new Error(`No connection from ${from}`, { cause })));
    }),
    "a connection",
  );
  return socket;
}

/** Opens connections from 127.0.0.1, each with the first bytes of a request. */
export async function openHalf(port: number, count: number, bytes = "G"): Promise<Disposable> {
  const open: Deno.TcpConn[] = [];
  while (open.length < count) {
    const some = Array.from({ length: Math.min(100, count - open.length) }, async () => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      // It may have been closed already.
      if (bytes !== "") await connection.write(bytesOf(bytes)).catch(() => {});
      return connection;
    });
    open.push(...await Promise.all(some));
  }
  return {
    [Symbol.dispose]() {
      for (const connection of open) connection.close();
    },
  };
}
