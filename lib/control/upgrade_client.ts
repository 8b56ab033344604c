import { API_PREFIX, API_VERSION, type ErrorReport, VERSION_FIELD } from "./api.ts";
import { explainFailure, notOurs, otherVersion } from "./unreachable.ts";

/** A request to change the protocol of a connection. */
export interface UpgradeOptions {
  /** Path below the prefix of the API. */
  readonly path: string;
  readonly protocol: string;
  /** Further fields of the request. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A connection that speaks another protocol now. */
export interface Upgraded {
  readonly connection: Deno.UnixConn;
  /** First bytes of the other protocol. */
  readonly rest: Uint8Array;
}

const MAX_HEAD_BYTES = 16 * 1024;

/**
 * Connects to a supervisor and changes the protocol of the connection. The caller closes it.
 *
 * @throws {NoSupervisorError} if nobody listens on the socket
 * @throws {Error} if the supervisor refuses, or is another server
 */
export async function openUpgraded(
  socket: string,
  { path, protocol, fields = {} }: UpgradeOptions,
): Promise<Upgraded> {
  let connection: Deno.UnixConn;
  try {
    connection = await Deno.connect({ transport: "unix", path: socket });
  } catch (cause) {
    throw await explainFailure(socket, cause);
  }
  using stack = new DisposableStack();
  stack.use(connection);
  const lines = Object.entries({
    Host: "localhost",
    Connection: "Upgrade",
    Upgrade: protocol,
    ...fields,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${API_PREFIX}${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
  await writeAll(connection, new TextEncoder().encode(head));
  const rest = await readHead(connection, socket);
  stack.move();
  return { connection, rest };
}

/** Writes all bytes. */
export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
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
    return "The supervisor refused the request";
  }
}
