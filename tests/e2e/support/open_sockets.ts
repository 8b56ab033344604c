import assert from "node:assert/strict";
import { within } from "../../proxy/harness.ts";
import type { Server } from "./harness.ts";

/** Returns a function that answers with a text, and echoes WebSocket messages. */
export function talking(text: string): string {
  return `Deno.serve((request) => {
  if (request.headers.get("upgrade") !== "websocket") return new Response(${JSON.stringify(text)});
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});
`;
}

/** WebSockets that must stay open during changes to other functions. */
export interface OpenSockets extends AsyncDisposable {
  /** Sends a word on each socket and waits for its echo. */
  readonly assertOpen: () => Promise<void>;
  /** Sends a word on one socket and waits for its echo. */
  readonly say: (word: string) => Promise<void>;
  /** Returns the close codes of the closed sockets. */
  readonly closed: () => readonly number[];
}

/** Opens WebSockets to a function that echoes messages. */
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
