import { type Upgraded, writeAll } from "../../../lib/control/upgrade_client.ts";
import { readProcFile } from "../../../lib/system/read_proc_file.ts";
import { openTimeout } from "../../../lib/system/timeout_signal.ts";
import { CliError } from "../../exit_code.ts";
import { judgeAttach, type RefusedAttach } from "./judge_attach.ts";
import { peerOwner } from "./peer_owner.ts";

/** Options of {@linkcode openAttachListener}. */
export interface AttachListenerOptions {
  /** First port to try. */
  readonly port: number;
  /** Opens a connection to the inspector. */
  readonly connect: () => Promise<Upgraded>;
  /** Users whose programs may attach; the users of connections are not looked at if left out. */
  readonly uids?: ReadonlySet<number>;
  /** Receives why a connection was refused. */
  readonly onRefused: (reason: string) => void;
}

/** A listener for debuggers. Disposing of it closes all connections. */
export interface AttachListener extends Disposable {
  readonly port: number;
}

const HOSTNAME = "127.0.0.1";

/** Number of ports that are tried. */
const PORTS = 20;

/** Maximum number of connections: Chrome uses a few, and asks for the list every second. */
const MAX_CONNECTIONS = 32;

const MAX_HEAD_BYTES = 16 * 1024;
const HEAD_TIMEOUT_MS = 10_000;
const HEAD_END = "\r\n\r\n";
const PIECE_BYTES = 64 * 1024;

const OTHER_USER: RefusedAttach = {
  type: "refused",
  status: 403,
  reason: "Another user of this machine has sent this request",
};

/**
 * Listens on loopback for debuggers, and joins each connection with one to the inspector, once its
 * request has been judged.
 *
 * @throws {CliError} if no port is free
 */
export function openAttachListener(options: AttachListenerOptions): AttachListener {
  const listener = listen(options.port);
  const { port } = listener.addr as Deno.NetAddr;
  const open = new Set<Deno.Conn>();

  async function accept(): Promise<void> {
    for await (const connection of listener) {
      if (open.size >= MAX_CONNECTIONS) {
        connection.close();
        continue;
      }
      open.add(connection);
      void serve(connection, { ...options, port })
        // Either end may close the connection at any time.
        .catch(() => {})
        .finally(() => {
          open.delete(connection);
          close(connection);
        });
    }
  }
  void accept().catch(() => {});

  return {
    port,
    [Symbol.dispose]() {
      listener.close();
      for (const connection of open) close(connection);
    },
  };
}

function listen(first: number): Deno.TcpListener {
  const last = Math.min(65_535, first + PORTS - 1);
  for (let port = first; port <= last; port++) {
    try {
      return Deno.listen({ hostname: HOSTNAME, port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new CliError(`The ports ${first} to ${last} are in use. Pass another one: --port`);
}

async function serve(connection: Deno.TcpConn, options: AttachListenerOptions): Promise<void> {
  const { hostname, port } = connection.remoteAddr;
  const uid = options.uids &&
    peerOwner(await readTables(), { hostname, port, ownPort: options.port });
  const { head, rest } = await readHead(connection);
  const isAllowed = options.uids === undefined || uid !== undefined && options.uids.has(uid);
  const request = isAllowed ? judgeAttach(head) : OTHER_USER;
  if (request.type === "refused") return await refuse(connection, request, options);
  let upgraded: Upgraded;
  try {
    upgraded = await options.connect();
  } catch (error) {
    return await refuse(connection, {
      status: 502,
      reason: `Cannot reach the inspector: ${(error as Error).message}`,
    }, options);
  }
  const inspector = upgraded.connection;
  try {
    await writeAll(inspector, new TextEncoder().encode(request.head));
    if (!request.isUpgrade) return await copy(inspector, connection);
    const answer = await readHead(inspector);
    await writeAll(connection, latin1Bytes(answer.head + HEAD_END));
    await writeAll(connection, answer.rest);
    if (!/^HTTP\/1\.1 101\b/.test(answer.head)) return await copy(inspector, connection);
    await writeAll(inspector, rest);
    // The end of one direction ends the debugging.
    await Promise.race([copy(inspector, connection), copy(connection, inspector)]);
  } finally {
    close(inspector);
  }
}

function readTables(): Promise<string[]> {
  return Promise.all(["/proc/self/net/tcp", "/proc/self/net/tcp6"].map(readProcFile));
}

/** Reads a head, as one character for each byte, and what follows it. */
async function readHead(
  connection: Deno.Conn,
): Promise<{ readonly head: string; readonly rest: Uint8Array }> {
  using timeout = openTimeout(HEAD_TIMEOUT_MS);
  timeout.signal.addEventListener("abort", () => close(connection), { once: true });
  let bytes = new Uint8Array();
  const piece = new Uint8Array(MAX_HEAD_BYTES);
  while (bytes.length < MAX_HEAD_BYTES) {
    const length = await connection.read(piece);
    if (length === null) break;
    bytes = new Uint8Array([...bytes, ...piece.subarray(0, length)]);
    const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const end = text.indexOf(HEAD_END);
    if (end !== -1) {
      return { head: text.slice(0, end), rest: bytes.subarray(end + HEAD_END.length) };
    }
  }
  throw new Deno.errors.UnexpectedEof("The head is incomplete");
}

async function copy(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const piece = new Uint8Array(PIECE_BYTES);
  for (;;) {
    const length = await from.read(piece);
    if (length === null) return;
    await writeAll(to, piece.subarray(0, length));
  }
}

async function refuse(
  connection: Deno.Conn,
  { status, reason }: Pick<RefusedAttach, "status" | "reason">,
  { onRefused }: Pick<AttachListenerOptions, "onRefused">,
): Promise<void> {
  onRefused(reason);
  const body = `${reason}\n`;
  const fields = `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close`;
  await writeAll(connection, latin1Bytes(`HTTP/1.1 ${status} Refused\r\n${fields}\r\n\r\n${body}`));
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
