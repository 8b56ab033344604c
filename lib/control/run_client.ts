import { API_PREFIX, API_VERSION, type ErrorReport, VERSION_FIELD } from "./api.ts";
import {
  createFrameDecoder,
  encodeFrame,
  encodeStream,
  type Frame,
  RUN_PROTOCOL,
  type RUN_SIGNALS,
  SUPERVISOR_FRAMES,
} from "./run_frames.ts";
import type { RunBegin } from "./run_request.ts";
import { explainFailure, notOurs, otherVersion } from "./unreachable.ts";

/** A connection to a one-off run. Disposing of it ends the run. */
export interface RunConnection extends Disposable {
  /** Frames of the supervisor, until the connection ends. */
  readonly frames: () => AsyncIterable<Frame>;
  /** Sends at most one frame of input; the next is for after the frame `input-taken`. */
  readonly input: (bytes: Uint8Array) => Promise<void>;
  readonly endInput: () => Promise<void>;
  readonly signal: (name: typeof RUN_SIGNALS[number]) => Promise<void>;
}

const MAX_HEAD_BYTES = 16 * 1024;
const PIECE_BYTES = 64 * 1024;

/**
 * Connects to a supervisor and asks for a one-off run of a function.
 *
 * @throws {NoSupervisorError} if nobody listens on the socket
 * @throws {Error} if the supervisor refuses, or is another server
 */
export async function openRun(
  socket: string,
  { name, begin }: { readonly name: string; readonly begin: RunBegin },
): Promise<RunConnection> {
  let connection: Deno.UnixConn;
  try {
    connection = await Deno.connect({ transport: "unix", path: socket });
  } catch (cause) {
    throw await explainFailure(socket, cause);
  }
  using stack = new DisposableStack();
  stack.use(connection);
  const path = `${API_PREFIX}/functions/${encodeURIComponent(name)}/exec`;
  const fields = `Host: localhost\r\nConnection: Upgrade\r\nUpgrade: ${RUN_PROTOCOL}`;
  let sending = write(
    connection,
    new TextEncoder().encode(`POST ${path} HTTP/1.1\r\n${fields}\r\n\r\n`),
  );
  await sending;
  const rest = await readHead(connection, socket);
  const decoder = createFrameDecoder(SUPERVISOR_FRAMES);

  /** Frames must not mix, so each waits for the one before. */
  function send(frame: Uint8Array): Promise<void> {
    sending = sending.then(() => write(connection, frame));
    return sending;
  }

  async function* frames(): AsyncIterable<Frame> {
    yield* decoder.push(rest);
    const piece = new Uint8Array(PIECE_BYTES);
    for (;;) {
      const length = await connection.read(piece);
      if (length === null) return;
      yield* decoder.push(piece.subarray(0, length));
    }
  }

  await send(encodeFrame("begin", new TextEncoder().encode(JSON.stringify(begin))));
  const owned = stack.move();
  return {
    frames,
    async input(bytes) {
      for (const frame of encodeStream("input", bytes)) await send(frame);
    },
    endInput: () => send(encodeFrame("input-end")),
    signal: (name) => send(encodeFrame("signal", new TextEncoder().encode(name))),
    [Symbol.dispose]: () => owned.dispose(),
  };
}

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Reads the response's head, and returns the bytes after it. Throws if it is not 101. */
async function readHead(connection: Deno.Conn, socket: string): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  for (;;) {
    const piece = new Uint8Array(MAX_HEAD_BYTES);
    const length = await connection.read(piece).catch(() => null);
    if (length === null || bytes.length > MAX_HEAD_BYTES) throw notOurs(socket);
    bytes = new Uint8Array([...bytes, ...piece.subarray(0, length)]);
    // Every byte is one character, so positions agree.
    const text = new TextDecoder("latin1").decode(bytes);
    const end = text.indexOf("\r\n\r\n");
    if (end === -1) continue;
    const head = text.slice(0, end);
    const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(head) ?? [];
    const [, version] = new RegExp(`^${VERSION_FIELD}: *(\\S+)`, "im").exec(head) ?? [];
    if (status === undefined || version === undefined) throw notOurs(socket);
    if (version !== API_VERSION) throw otherVersion(socket, version);
    if (status === "101") return bytes.subarray(end + 4);
    throw new Error(await readError(connection, bytes.subarray(end + 4)));
  }
}

async function readError(connection: Deno.Conn, start: Uint8Array): Promise<string> {
  const piece = new Uint8Array(MAX_HEAD_BYTES);
  const length = start.length > 0 ? 0 : await connection.read(piece).catch(() => 0);
  try {
    const bytes = new Uint8Array([...start, ...piece.subarray(0, length ?? 0)]);
    const { error } = JSON.parse(new TextDecoder().decode(bytes)) as ErrorReport;
    return error;
  } catch {
    return "The supervisor refused the run";
  }
}
