import { normalize } from "node:path";
import type { Permission, Permissions } from "../config/permissions.ts";
import { SANDBOX_PATHS } from "./function_mounts.ts";
import type { ProcessPaths } from "./function_mounts.ts";
import type { ListenAddress } from "./listen_address.ts";

/** What the flags are made from. */
export interface PermissionFlagsOptions {
  readonly permissions: Permissions;
  readonly listen: ListenAddress;
  readonly paths: ProcessPaths;
  /** All that may be read where no sandbox keeps the rest out of sight. */
  readonly readable?: readonly string[];
}

/**
 * The flags of `deno run` that give a function its permissions, and what it needs beside them: to
 * listen where it is looked for, and to read the file that starts it.
 *
 * @throws {Error} when a path holds a comma, which Deno takes for the end of a path
 */
export function permissionFlags(options: PermissionFlagsOptions): string[] {
  const { permissions, listen, paths, readable } = options;
  const { net, env, sys, run, ffi } = permissions;
  const socket = listen.type === "unix" ? [listen.path] : [];
  const address = listen.type === "tcp" ? [`${listen.hostname}:${listen.port}`] : [];
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
    ...flag("read", read, [paths.start, ...socket]),
    ...flag("write", write, socket),
    ...flag("env", env),
    ...flag("sys", sys),
    ...flag("run", run),
    ...flag("ffi", ffi),
  ];
}

/** The variables that a function may see at all. */
export function visibleVariables(
  env: Readonly<Record<string, string>>,
  permission: Permission,
): Record<string, string> {
  const isVisible = (name: string): boolean =>
    typeof permission === "boolean" ? permission : permission.some((one) => isNamed(one, name));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isVisible(name)));
}

/** A name of Deno's may end in `*`, which stands for any ending. */
function isNamed(one: string, name: string): boolean {
  return one === name || one.endsWith("*") && name.startsWith(one.slice(0, -1));
}

function flag(name: string, permission: Permission, always: readonly string[] = []): string[] {
  if (permission === true) return [`--allow-${name}`];
  const listed = [...permission === false ? [] : permission, ...always];
  const [odd] = listed.filter((one) => one.includes(","));
  if (odd !== undefined) {
    throw new Error(
      `"${odd}" holds a comma, so that Deno can't be told of it. Rename it, or choose a level of ` +
        "isolation with a sandbox",
    );
  }
  return listed.length === 0 ? [] : [`--allow-${name}=${listed.join(",")}`];
}

/**
 * A permission where no sandbox is: what a sandbox shows of a function's own is elsewhere, and of
 * what it does not show nothing is permitted, whoever asks for it.
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
    const path = normalize(one).replace(/(?<=.)\/$/, "");
    const [from, to] = places.find(([place]) => isBelow(place, path)) ?? ["", ""];
    return to + path.slice(from.length);
  }).filter((path) => most.some((one) => isBelow(one, path)));
}

function isBelow(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
