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
 */
export function permissionFlags(options: PermissionFlagsOptions): string[] {
  const { permissions, listen, paths, readable } = options;
  const { net, read, write, env, sys, run, ffi } = permissions;
  const socket = listen.type === "unix" ? [listen.path] : [];
  const address = listen.type === "tcp" ? [`${listen.hostname}:${listen.port}`] : [];
  const writable = [paths.temporary, paths.data];
  return [
    ...flag("net", net, address),
    ...flag("read", within(read, readable), [paths.start, ...socket]),
    ...flag("write", within(replaced(write, paths), readable && writable), socket),
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
    typeof permission === "boolean" ? permission : permission.includes(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => isVisible(name)));
}

function flag(name: string, permission: Permission, always: readonly string[] = []): string[] {
  if (permission === true) return [`--allow-${name}`];
  const listed = [...permission === false ? [] : permission, ...always];
  return listed.length === 0 ? [] : [`--allow-${name}=${listed.join(",")}`];
}

/** Where there is no sandbox, all of it means all of what is the function's own. */
function within(permission: Permission, most: readonly string[] | undefined): Permission {
  return permission === true && most !== undefined ? most : permission;
}

/** Paths that a sandbox has, as they are where there is none. */
function replaced(permission: Permission, paths: ProcessPaths): Permission {
  if (typeof permission === "boolean") return permission;
  const places = new Map([
    [SANDBOX_PATHS.temporary, paths.temporary],
    [SANDBOX_PATHS.data, paths.data],
  ]);
  return permission.map((path) => places.get(path) ?? path);
}
