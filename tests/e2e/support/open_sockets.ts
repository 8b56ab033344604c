import assert from "node:assert/strict";
import { within } from "../../proxy/harness.ts";
import type { Server } from "./harness.ts";

/** Answers with a text, and says back what comes over a WebSocket. */
export function talking(text: string): string {
  return `Deno.serve((request) => {
  if (request.headers.get("upgrade") !== "websocket") return new Response(${JSON.stringify(text)});
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});
`;
}

/** WebSockets that must outlast whatever happens to other functions. */
export interface OpenSockets extends AsyncDisposable {
  /** Says a word on each, and waits for it to come back. */
  readonly assertOpen: () => Promise<void>;
  /** Says a word on one of them, and waits for it to come back. */
  readonly say: (word: string) => Promise<void>;
  /** Codes of those that have ended. */
  readonly closed: () => readonly number[];
}

/** Opens some to a function that says back what it hears. */
export async function openSockets(
  server: Server,
  name: string,
  count: number,
): Promise<OpenSockets> {
  const url = `${server.url.replace("http", "ws")}/${name}`;
  const closed: number[] = [];
  const sockets = await Promise.all(Array.from({ length: count }, async () => {
    const socket = new WebSocket(url);
    const opened = Promise.withResolvers<void>();
    socket.onopen = () => opened.resolve();
    socket.onerror = () => opened.reject(new Error(`No WebSocket to ${url}`));
    await within(opened.promise, `a WebSocket to ${url}`);
    socket.onclose = ({ code }) => closed.push(code);
    return socket;
  }));
  let words = 0;

  async function echo(socket: WebSocket, word: string): Promise<void> {
    const heard = Promise.withResolvers<unknown>();
    socket.onmessage = ({ data }) => heard.resolve(data);
    socket.send(word);
    assert.equal(await within(heard.promise, `${word} from ${url}`), word);
  }

  return {
    closed: () => closed,
    say: (word) => echo(sockets[0]!, word),
    async assertOpen() {
      assert.deepEqual(closed, [], "WebSockets have ended");
      await Promise.all(sockets.map((socket) => echo(socket, `word ${++words}`)));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(sockets.map((socket) => {
        if (socket.readyState === WebSocket.CLOSED) return;
        const ended = Promise.withResolvers<void>();
        socket.onclose = () => ended.resolve();
        socket.close();
        return ended.promise;
      }));
    },
  };
}
