// A debugger: a client of the inspector of V8, over a WebSocket.
import { eventually, within } from "../../patience.ts";

/** A message of the inspector. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  // deno-lint-ignore no-explicit-any -- Each method has results of its own.
  readonly params?: any;
  // deno-lint-ignore no-explicit-any
  readonly result?: any;
  readonly error?: unknown;
}

/** A process that a debugger can attach to. */
interface Target {
  readonly webSocketDebuggerUrl: string;
}

/** An attached debugger. Disposing of it detaches it. */
export interface Debugger extends Disposable {
  // deno-lint-ignore no-explicit-any -- Each method has results of its own.
  readonly send: (method: string, params?: unknown) => Promise<any>;
  /** Returns URL and line of the next pause, or of one that has not been asked for. */
  readonly paused: () => Promise<string>;
  /** Resolves when the other end has closed the connection. */
  readonly closed: Promise<void>;
}

/** Attaches to the inspector on a port of loopback, and enables the debugger. */
export async function attach(port: number): Promise<Debugger> {
  const [target] = await findTargets(port);
  const socket = new WebSocket(target!.webSocketDebuggerUrl);
  const answers = new Map<number, (message: Message) => void>();
  const scripts = new Map<string, string>();
  const pauses: string[] = [];
  let waiting: ((pause: string) => void) | undefined;
  let sent = 0;
  const closed = new Promise<void>((resolve) =>
    socket.addEventListener("close", () => resolve(), { once: true })
  );
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data) as Message;
    if (message.id !== undefined) answers.get(message.id)?.(message);
    const { method, params } = message;
    if (method === "Debugger.scriptParsed") scripts.set(params.scriptId, params.url);
    if (method !== "Debugger.paused") return;
    const { scriptId, lineNumber } = params.callFrames[0].location;
    const pause = `${scripts.get(scriptId)}:${lineNumber}`;
    if (waiting === undefined) pauses.push(pause);
    else waiting(pause);
    waiting = undefined;
  });
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve(), { once: true });
  socket.addEventListener("error", () => opened.reject(new Error("The inspector refused")));
  opened.promise.catch(() => {});
  await within(opened.promise, "a connection to the inspector");

  async function send(method: string, params: unknown = {}): Promise<Message["result"]> {
    const id = ++sent;
    const answer = new Promise<Message>((resolve) => answers.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await within(answer, method);
    if (error !== undefined) throw new Error(JSON.stringify(error));
    return result;
  }

  await send("Runtime.enable");
  await send("Debugger.enable");
  return {
    send,
    paused() {
      const known = pauses.shift();
      if (known !== undefined) return Promise.resolve(known);
      return within(new Promise((resolve) => waiting = resolve), "a pause");
    },
    closed,
    [Symbol.dispose]: () => socket.close(),
  };
}

/** Deno's inspector listens before it knows the module that it will run. */
async function findTargets(port: number): Promise<readonly Target[]> {
  let list: readonly Target[] = [];
  await eventually("a target of the inspector", async () => {
    list = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    return list.length > 0;
  });
  return list;
}
