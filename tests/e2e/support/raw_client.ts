import { Peer, within } from "../../proxy/harness.ts";
import type { Server } from "./harness.ts";

/** A received answer: the head with its empty line, and the body without framing. */
export interface RawAnswer {
  readonly head: string;
  /** One character per byte. */
  readonly body: string;
  /** Field lines after the last chunk. */
  readonly trailers: string;
}

/** Opens a raw connection to a server. */
export async function connect(server: Server): Promise<Peer> {
  const { hostname, port } = new URL(server.url);
  return new Peer(await Deno.connect({ hostname, port: Number(port) }));
}

/** Reads one answer; `isForHead` if the request was HEAD. */
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

/** Sends a separate request, with or without a body, and returns the answer's text. */
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
