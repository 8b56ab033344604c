import { DEBUG_FIELD } from "../proxy/http1/field_names.ts";
import { DEBUG_PROTOCOL, type DebugBegin, INSPECTOR_PROTOCOL } from "./debug_protocol.ts";
import { readFrames } from "./read_frames.ts";
import { encodeFrame, type Frame } from "./run_frames.ts";
import { openUpgraded, type Upgraded, writeAll } from "./upgrade_client.ts";

/** A connection to a debug session. Disposing of it ends the session. */
export interface DebugConnection extends Disposable {
  /** Frames of the supervisor, until the connection ends. */
  readonly frames: () => AsyncIterable<Frame>;
}

/**
 * Connects to a supervisor and begins a debug session of a function.
 *
 * @throws {NoSupervisorError} if nobody listens on the socket
 * @throws {Error} if the supervisor refuses, or is another server
 */
export async function openDebug(
  socket: string,
  { name, begin }: { readonly name: string; readonly begin: DebugBegin },
): Promise<DebugConnection> {
  const path = `/functions/${encodeURIComponent(name)}/debug`;
  const upgraded = await openUpgraded(socket, { path, protocol: DEBUG_PROTOCOL });
  const { connection } = upgraded;
  await writeAll(connection, encodeFrame("begin", new TextEncoder().encode(JSON.stringify(begin))));
  return {
    frames: () => readFrames(upgraded),
    [Symbol.dispose]: () => connection.close(),
  };
}

/**
 * Connects to the inspector of a debug session, for the holder of its secret.
 *
 * @throws {Error} if there is no such session
 */
export function openInspector(
  socket: string,
  { name, secret }: { readonly name: string; readonly secret: string },
): Promise<Upgraded> {
  const path = `/functions/${encodeURIComponent(name)}/inspector`;
  const fields = { [DEBUG_FIELD]: secret };
  return openUpgraded(socket, { path, protocol: INSPECTOR_PROTOCOL, fields });
}
