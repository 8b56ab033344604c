import type { Limits } from "../config/limits.ts";

/** Limits that the connections of clients have to respect. */
export interface FileBound {
  /** Files that the process may have open. */
  readonly openFiles: number;
  readonly proto: "http" | "https";
}

/** For functions, logs and watches; of few files, half. */
const RESERVED_FILES = 512;

/** With TLS, the two ends of a connection within this process beside the client's. */
const FILES_EACH = { http: 1, https: 3 } as const;

/**
 * Limits with no more connections than there are files for: without a file, nobody's connection can
 * be accepted, and none gives way. A peer keeps its part of them.
 *
 * @example
 * ```ts
 * import { defaultLimits } from "../config/limits.ts";
 * import { boundByFiles } from "./file_bound.ts";
 * boundByFiles(defaultLimits, { openFiles: 1024, proto: "http" }).maxConnections; // 512
 * ```
 */
export function boundByFiles(limits: Limits, { openFiles, proto }: FileBound): Limits {
  const free = openFiles - Math.min(RESERVED_FILES, Math.floor(openFiles / 2));
  const most = Math.max(1, Math.floor(free / FILES_EACH[proto]));
  const { maxConnections, maxConnectionsPerPeer } = limits;
  if (maxConnections <= most) return limits;
  const part = maxConnections === Infinity
    ? maxConnectionsPerPeer
    : maxConnectionsPerPeer * most / maxConnections;
  return { ...limits, maxConnections: most, maxConnectionsPerPeer: Math.ceil(part) };
}
