import type { Limits } from "../config/limits.ts";

/** Limits of the process for connections. */
export interface FileBound {
  /** Maximum number of open files of the process. */
  readonly openFiles: number;
  readonly proto: "http" | "https";
}

/** Files reserved for functions, logs and watches; at most half of all. */
const RESERVED_FILES = 512;

/** Open files of each connection; with TLS, two of them for a connection within this process. */
const FILES_EACH = { http: 1, https: 3 } as const;

/**
 * Lowers `maxConnections` to the number of connections that there are files for, because the proxy
 * can neither accept nor evict a connection when files run out. The limit of each peer keeps its
 * share.
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
