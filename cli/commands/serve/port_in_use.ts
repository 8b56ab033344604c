import { isIPv6 } from "node:net";
import { basename, dirname, join } from "node:path";
import { connectControl } from "../../../lib/control/control_client.ts";
import { firstSocketName } from "../../../lib/control/socket_path.ts";
import {
  findPortHolder,
  type PortHolder,
  type TakenPort,
} from "../../../lib/process/port_holder.ts";
import { CliError } from "../../exit_code.ts";
import { makeVisible } from "../../output/visible.ts";

/** A port that could not be bound, and the option that names another one. */
export interface PortInUse extends TakenPort {
  readonly option: "--port" | "--admin-port";
}

/** The user of a port: another process, another ddsrv, or this ddsrv. */
export type PortUser = PortHolder | {
  readonly type: "ddsrv";
  readonly pid: number;
  readonly functionsDirectory: string;
} | { readonly type: "self" };

/** Timeout for another supervisor's answer about its functions directory. */
const ANSWER_MS = 2_000;

/** Maximum number of Unix sockets to ask, because a process may listen on many. */
const MAX_ASKED = 4;

/** Returns the error for a port that is in use, with the process that uses it. */
export async function portInUse(taken: PortInUse): Promise<CliError> {
  const user = await findPortUser(taken).catch((): PortUser => ({ type: "hidden" }));
  return new CliError(describePortInUse(taken, { user, uid: Deno.uid() ?? 0 }));
}

/**
 * Describes a port that is in use: which process uses it, and what to do.
 *
 * @example
 * ```ts
 * import { describePortInUse } from "./port_in_use.ts";
 * describePortInUse(
 *   { hostname: "0.0.0.0", port: 9999, option: "--port" },
 *   { user: { type: "process", pid: 812, command: "nginx", unixSockets: [] }, uid: 0 },
 * ); // "Cannot bind port 9999: it is in use by nginx (pid 812). Stop it or pass --port"
 * ```
 */
export function describePortInUse(
  { hostname, port, option }: PortInUse,
  { user, uid }: { readonly user: PortUser; readonly uid: number },
): string {
  const isEvery = hostname === "0.0.0.0" || hostname === "::";
  const address = isIPv6(hostname) ? `[${hostname}]` : hostname;
  const what = `Cannot bind port ${port}${isEvery ? "" : ` on ${address}`}`;
  const sudo = uid === 0 ? "" : "sudo ";
  const look = `${sudo}ss -ltnp 'sport = :${port}'`;
  switch (user.type) {
    case "self":
      return `${what}: the proxy of this ddsrv uses it. Pass another ${option}`;
    case "ddsrv":
      return `${what}: it is in use by another ddsrv (pid ${user.pid}), which serves ` +
        `"${makeVisible(user.functionsDirectory)}". Stop it or pass ${option}`;
    case "process":
      return `${what}: it is in use by ${makeVisible(user.command)} (pid ${user.pid}). ` +
        `Stop it or pass ${option}`;
    case "hidden":
      return `${what}: it is in use by an unknown process, ` +
        (uid === 0
          ? `which may run outside this container. To find it, run there: ${look}. `
          : `because user ${uid} can't see processes of other users. To find it: ${look}. `) +
        `Stop it or pass ${option}`;
    case "none":
      return `${what}: it is in use, but no process listens on it any more. ` +
        `Try again, or pass ${option}`;
    default:
      return user satisfies never;
  }
}

async function findPortUser(taken: TakenPort): Promise<PortUser> {
  const holder = await findPortHolder(taken);
  if (holder.type !== "process") return holder;
  if (holder.pid === Deno.pid) return { type: "self" };
  const sockets = await Promise.all(holder.unixSockets.map((path) => namesOf(path, holder.pid)));
  for (const socket of sockets.flat().slice(0, MAX_ASKED)) {
    const functionsDirectory = await askSupervisor(socket, holder.pid);
    if (functionsDirectory !== undefined) {
      return { type: "ddsrv", pid: holder.pid, functionsDirectory };
    }
  }
  return holder;
}

/** A supervisor has renamed the socket that it listens on, and the kernel shows its first name. */
async function namesOf(path: string, pid: number): Promise<string[]> {
  if (basename(path) !== firstSocketName(pid)) return [path];
  const entries = await Array.fromAsync(Deno.readDir(dirname(path)));
  const others = entries.filter(({ isFile, isDirectory, isSymlink }) =>
    !isFile && !isDirectory && !isSymlink
  );
  return others.map(({ name }) => join(dirname(path), name));
}

/** Returns the functions directory of the process's supervisor; `undefined` if it is not one. */
async function askSupervisor(socket: string, pid: number): Promise<string | undefined> {
  using control = connectControl(socket, { timeoutMs: ANSWER_MS });
  try {
    const report = await control.supervisor();
    return report.pid === pid ? String(report.functionsDirectory) : undefined;
  } catch {
    return undefined;
  }
}
