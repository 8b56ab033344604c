import { Peer, within } from "../../proxy/harness.ts";
import type { Server } from "./harness.ts";

/** An answer as it came: the head with its empty line, and the body without its framing. */
export interface RawAnswer {
  readonly head: string;
  /** One character a byte. */
  readonly body: string;
  /** Field lines behind the last chunk. */
  readonly trailers: string;
}

/** A client's connection to a server, byte by byte. */
export async function connect(server: Server): Promise<Peer> {
  const { hostname, port } = new URL(server.url);
  return new Peer(await Deno.connect({ hostname, port: Number(port) }));
}

/** Reads one answer; `isForHead` when it was asked for with HEAD. */
export async function readAnswer(
  peer: Peer,
  options: { readonly isForHead?: boolean } = {},
): Promise<RawAnswer> {
  const head = await peer.readHead();
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
  const isEmpty = options.isForHead === true || status < 200 || status === 204 || status === 304;
  if (isEmpty) return { head, body: "", trailers: "" };
  if (length !== undefined) return { head, body: await peer.read(Number(length)), trailers: "" };
  if (/\r\ntransfer-encoding: chunked\r\n/i.test(head)) return { head, ...await readChunks(peer) };
  return { head, body: await peer.readAll(), trailers: "" };
}

/** The text that is answered to a request of its own, with a body or without. */
export async function ask(url: string, body?: string): Promise<string> {
  const init = body === undefined ? {} : { method: "POST", body };
  return await within(fetch(url, init).then((response) => response.text()), url);
}

async function readChunks(peer: Peer): Promise<Omit<RawAnswer, "head">> {
  let body = "";
  for (;;) {
    const length = parseInt(await peer.readUntil("\r\n"), 16);
    if (length === 0) break;
    body += await peer.read(length);
    await peer.read(2);
  }
  let trailers = "";
  for (;;) {
    const line = await peer.readUntil("\r\n");
    if (line === "\r\n") return { body, trailers };
    trailers += line;
  }
}
