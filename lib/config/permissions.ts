import { posix } from "node:path";

/** Deno's permissions that an operator may give or take; see `deno run --help`. */
export const PERMISSION_KINDS = ["net", "read", "write", "env", "sys", "run", "ffi"] as const;

/** One of them. */
export type PermissionKind = typeof PERMISSION_KINDS[number];

/** Given as a whole, not given, or given for what is listed, in Deno's own terms. */
export type Permission = boolean | readonly string[];

/** All of a function's permissions. */
export type Permissions = Readonly<Record<PermissionKind, Permission>>;

/** Some of them; `"all"` stands for every one as a whole. */
export type SomePermissions =
  | "all"
  | { readonly [Kind in PermissionKind]?: Permission | undefined };

/** Where functions may write: what else they see is read-only all the same. */
const WRITABLE = ["/tmp", "/ddsrv/data"];

/** What is given where nobody says otherwise: nothing that starts programs or loads native code. */
export const defaultPermissions: Permissions = {
  net: true,
  read: true,
  write: WRITABLE,
  env: true,
  sys: true,
  run: false,
  ffi: false,
};

/** Lays what was written over what holds otherwise. */
export function withPermissions(base: Permissions, some: SomePermissions): Permissions {
  if (some !== "all") {
    const given = Object.entries(some).filter(([, permission]) => permission !== undefined);
    return { ...base, ...Object.fromEntries(given) };
  }
  return Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, true])) as Permissions;
}

/** What of `asked` goes beyond the ceiling, as `run` or `read of /etc`; `undefined` for nothing. */
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

/** A permission as a person would say it. */
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
      // Deno takes a name that ends in * for any that begins so.
      return allowed.endsWith("*") && wanted.startsWith(allowed.slice(0, -1));
    default:
      return false;
  }
}
