import { normalize, sep } from "node:path";
import type { Permission, Permissions } from "../config/permissions.ts";
import { type ProcessPaths, SANDBOX_PATHS } from "./sandbox_paths.ts";
import type { ListenAddress } from "./listen_address.ts";

/** Options of {@linkcode permissionFlags}. */
export interface PermissionFlagsOptions {
  readonly permissions: Permissions;
  /** Address of the function's server; in its own network namespace, any port when left out. */
  readonly listen?: ListenAddress | undefined;
  readonly paths: ProcessPaths;
  /** Paths that may be read at most, where no sandbox hides other files. */
  readonly readable?: readonly string[];
  /** Paths that may be written if the data directory may be. */
  readonly writable?: readonly string[];
}

/** Names of a namespace's own addresses; without a port, Deno allows every port. */
const OWN_HOSTS: readonly string[] = ["0.0.0.0", "127.0.0.1", "localhost", "[::]", "[::1]"];

/**
 * Returns the flags of `deno run` for a function's permissions, and for what every function needs:
 * to listen on its address, and to read its start file and its activity files. In a network namespace of its own, a
 * function may listen on every port, and connect to itself.
 *
 * @throws {Error} when a path contains a comma, which separates paths in Deno's flags
 */
export function permissionFlags(options: PermissionFlagsOptions): string[] {
  const { permissions, listen, paths, readable, writable: further = [] } = options;
  const { net, env, sys, run, ffi } = permissions;
  const socket = listen?.type === "unix" ? [listen.path] : [];
  const address = listen?.type === "tcp"
    ? [`${listen.hostname}:${listen.port}`]
    : [...OWN_HOSTS, ...socket.map((path) => `unix:${path}`)];
  const writable = readable === undefined ? undefined : [paths.temporary, paths.data];
  const read = readable === undefined ? permissions.read : outside(permissions.read, {
    paths,
    most: readable,
  });
  const write = writable === undefined ? permissions.write : outside(permissions.write, {
    paths,
    most: writable,
  });
  return [
    ...flag("net", net, address),
    ...flag("read", read, [paths.start, paths.activity, ...socket]),
    ...flag("write", write, [...coversData(write, paths) ? further : [], ...socket]),
    ...flag("env", env),
    ...flag("sys", sys),
    ...flag("run", run),
    ...flag("ffi", ffi),
  ];
}

function coversData(permission: Permission, { data }: ProcessPaths): boolean {
  return typeof permission !== "boolean" &&
    permission.some((one) => isBelow(plainPath(one), data));
}

/** Returns the variables that a function may see. */
export function visibleVariables(
  env: Readonly<Record<string, string>>,
  permission: Permission,
): Record<string, string> {
  const isVisible = (name: string): boolean =>
    typeof permission === "boolean" ? permission : permission.some((one) => isNamed(one, name));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isVisible(name)));
}

/** In Deno's flags, a `*` at the end matches any suffix. */
function isNamed(one: string, name: string): boolean {
  return one === name || one.endsWith("*") && name.startsWith(one.slice(0, -1));
}

function flag(name: string, permission: Permission, always: readonly string[] = []): string[] {
  if (permission === true) return [`--allow-${name}`];
  const listed = [...permission === false ? [] : permission, ...always];
  const [odd] = listed.filter((one) => one.includes(","));
  if (odd !== undefined) {
    throw new Error(
      `Cannot pass "${odd}" to Deno because it contains a comma. Rename it, or choose an ` +
        "isolation level with a sandbox",
    );
  }
  return listed.length === 0 ? [] : [`--allow-${name}=${listed.join(",")}`];
}

/**
 * Returns a path permission without a sandbox: paths of a sandbox are translated to the host's, and
 * other paths are dropped unless `most` contains them.
 */
function outside(
  permission: Permission,
  { paths, most }: { readonly paths: ProcessPaths; readonly most: readonly string[] },
): Permission {
  if (typeof permission === "boolean") return permission ? most : false;
  const places = [
    [SANDBOX_PATHS.temporary, paths.temporary],
    [SANDBOX_PATHS.data, paths.data],
  ] as const;
  return permission.map((one) => {
    const path = plainPath(one);
    const [from, to] = places.find(([place]) => isBelow(normalize(place), path)) ?? ["", ""];
    return to + path.slice(from.length);
  }).filter((path) => most.some((one) => isBelow(one, path)));
}

function isBelow(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}${sep}`);
}

/** Returns a path without a separator at its end, except the root. */
function plainPath(path: string): string {
  const plain = normalize(path);
  return plain.length > 1 && plain.endsWith(sep) ? plain.slice(0, -1) : plain;
}
