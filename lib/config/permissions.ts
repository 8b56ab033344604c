import { posix } from "node:path";

/** Permissions of Deno that an operator can grant or deny; see `deno run --help`. */
export const PERMISSION_KINDS = ["net", "read", "write", "env", "sys", "run", "ffi"] as const;

/** A permission of Deno. */
export type PermissionKind = typeof PERMISSION_KINDS[number];

/** Granted, denied, or granted for a list of items in Deno's own notation. */
export type Permission = boolean | readonly string[];

/** All permissions of a function. */
export type Permissions = Readonly<Record<PermissionKind, Permission>>;

/** Some permissions; `"all"` grants every one. */
export type SomePermissions =
  | "all"
  | { readonly [Kind in PermissionKind]?: Permission | undefined };

/** Directories that functions may write to; the sandbox mounts all others read-only. */
const WRITABLE = ["/tmp", "/ddsrv/data"];

/** Default permissions: functions cannot start programs or load native code. */
export const defaultPermissions: Permissions = {
  net: true,
  read: true,
  write: WRITABLE,
  env: true,
  sys: true,
  run: false,
  ffi: false,
};

/** Overrides some permissions of `base`. */
export function withPermissions(base: Permissions, some: SomePermissions): Permissions {
  if (some !== "all") {
    const given = Object.entries(some).filter(([, permission]) => permission !== undefined);
    return { ...base, ...Object.fromEntries(given) };
  }
  return Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, true])) as Permissions;
}

/** Returns the first permission of `asked` above the ceiling, such as `"read" of "/etc"`, if any. */
export function excessPermission(asked: Permissions, ceiling: Permissions): string | undefined {
  for (const kind of PERMISSION_KINDS) {
    const [want, most] = [asked[kind], ceiling[kind]];
    if (most === true || want === false) continue;
    if (want === true) return `"${kind}"`;
    if (most === false && want.length > 0) return `"${kind}"`;
    if (most === false) continue;
    const excess = want.find((one) => !most.some((allowed) => covers(kind, allowed, one)));
    if (excess !== undefined) return `"${kind}" of "${excess}"`;
  }
  return undefined;
}

/** Formats a permission for a message. */
export function formatPermission(permission: Permission): string {
  if (permission === true) return "all of it";
  return permission === false || permission.length === 0 ? "none" : permission.join(", ");
}

function covers(kind: PermissionKind, allowed: string, wanted: string): boolean {
  if (allowed === wanted) return true;
  switch (kind) {
    case "read":
    case "write": {
      const [outer, inner] = [allowed, wanted].map((path) => `${posix.normalize(path)}/`);
      return inner!.replace(/\/+$/, "/").startsWith(outer!.replace(/\/+$/, "/"));
    }
    case "env":
      // Deno reads a name that ends in * as a prefix.
      return allowed.endsWith("*") && wanted.startsWith(allowed.slice(0, -1));
    default:
      return false;
  }
}
