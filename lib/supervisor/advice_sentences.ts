import {
  excessPermission,
  PERMISSION_KINDS,
  type PermissionKind,
  type Permissions,
} from "../config/permissions.ts";
import type { Egress } from "../config/egress.ts";
import type { IsolationLevel } from "../config/isolation_level.ts";
import type { FunctionPolicy } from "../function/policy.ts";

/** The function whose output is read. */
export interface AdviceContext {
  readonly name: string;
  /** Its folder, as the function sees it. */
  readonly directory: string;
  /** `check`: diagnostics of its check. `start` and `exit`: output of its process. */
  readonly stage: "check" | "start" | "exit";
  /** Its policy, for `start` and `exit`. */
  readonly policy?: Pick<FunctionPolicy, "egress" | "permissions"> | undefined;
  /** Level of isolation, for `start` and `exit`; `full` when left out. */
  readonly level?: IsolationLevel;
  /** Permissions that the operator grants and its own manifest refuses. */
  readonly ownRefusals?: readonly PermissionKind[];
}

/** A function with its whole output. */
export interface RuleContext extends AdviceContext {
  readonly lines: readonly string[];
}

/** Returns the permissions that the operator grants and a function's own manifest refuses. */
export function refusedByManifest(own: Permissions, operators: Permissions): PermissionKind[] {
  return PERMISSION_KINDS.filter((kind) =>
    excessPermission({ ...own, [kind]: operators[kind] }, own) !== undefined
  );
}

/** Advice for a port that needs a privilege. */
export const LOW_PORT = "A function cannot listen on a port below 1024: listen on the port in PORT";

const OPERATOR_FILE = "the functions directory's ddsrv.json";

/** Advice for a permission that is missing: who can grant it. */
export function grant(kind: PermissionKind, { name, ownRefusals = [] }: RuleContext): string {
  if (ownRefusals.includes(kind)) {
    return `Its own ddsrv.json does not grant ${kind}: add it to "permissions" there`;
  }
  const key = JSON.stringify(name);
  return `The operator can grant ${kind} to this function: "functions": { ${key}: ` +
    `{ "permissions": { "${kind}": true } } } in ${OPERATOR_FILE}`;
}

/** Advice for an API that needs an unstable feature. */
export function unstable(feature: string): string {
  return `Add "unstable": ["${feature}"] to its deno.json`;
}

/** Advice for a module that the check did not find in the code. */
export function notDownloaded(): string {
  return "A running function downloads no code: import this module once with a literal " +
    "specifier, so that the check downloads it";
}

/** Advice for a write to a path, which may be relative, or empty if it is not known. */
export function readOnly(path: string, context: RuleContext): string {
  const inside = insideFolder(path, context);
  if (inside === undefined) {
    return "Only the directory in DDSRV_DATA and /tmp are writable: write there";
  }
  // After an exit, a name may come from a request.
  const isPlain = context.stage === "start" && /^[\w.-]{1,64}$/.test(inside);
  const entry = isPlain ? `"${inside}"` : "its name";
  return `Its folder is read-only: write to the directory in DDSRV_DATA, or add ${entry} to ` +
    '"writable" in its ddsrv.json';
}

/** Returns true for a path that a function may write by default. */
export function isWritable(path: string): boolean {
  return /^(?:\/tmp|\/ddsrv\/data)(?:\/|$)/.test(path);
}

/** Advice for a system call that is refused; `undefined` where nothing of ddsrv refuses any. */
export function forbidden({ level }: RuleContext): string | undefined {
  if (level === "none") return undefined;
  return "No function has privileges, and the sandbox refuses the system calls that need them: " +
    "the code must work without";
}

/**
 * Advice for a refused access; `rest` is the line after the error, with the path if it was a file.
 */
export function unreadable(rest: string, context: RuleContext): string | undefined {
  const path = quotedPath(rest);
  if (path === "") {
    const isListening = context.lines.some((line) => line.includes("listen (ext:deno_net"));
    return isListening ? LOW_PORT : undefined;
  }
  if (insideFolder(path, context) === undefined) return undefined;
  return 'Its own user cannot read a file in its folder: run "chmod -R a+rX" on the folder';
}

/** Returns the first name of a path in the function's folder, or `undefined` if it is elsewhere. */
function insideFolder(path: string, { directory }: RuleContext): string | undefined {
  const relative = path.startsWith(`${directory}/`)
    ? path.slice(directory.length + 1)
    : path.startsWith("/")
    ? undefined
    : path.replace(/^(?:\.\/){1,20}/, "");
  if (relative === undefined || relative.startsWith("..")) return undefined;
  return relative.split("/", 1)[0];
}

/** Returns the path that a system error of Deno or Node quotes; empty if it quotes none. */
export function quotedPath(text: string): string {
  return /'([^']{1,390})'/.exec(text)?.[1] ?? "";
}

/** Advice for native code whose shared library, named at the end of `before`, is not found. */
export function missingLibrary(before: string): string {
  const file = /[\w.+-]{1,80}$/.exec(before)?.[0] ?? "a library";
  return `Native code needs ${file}: the operator can install the system package that contains it, ` +
    "or its folder can contain a build without it";
}

/** Advice for a name without an address; `undefined` if its egress is not the cause. */
export function unresolved(context: RuleContext): string | undefined {
  if (context.level === "rootless") return ROOTLESS;
  const egress = egressOf(context);
  if (egress === "none") return NO_EGRESS;
  if (typeof egress === "string") return undefined;
  return "Its egress list does not name this host: add it with its port, such as " +
    `"db.example.com:5432", to "egress" in its ddsrv.json, or in ${OPERATOR_FILE}`;
}

const NO_EGRESS = 'Its egress is "none", so it reaches no other server: the operator and its ' +
  'ddsrv.json can allow one with "egress": ["db.example.com:5432"]';

/** Advice for a refused connection, which the server itself may have refused too. */
export function refused(line: string, context: RuleContext): string | undefined {
  if (context.level !== "none" && /\b127\.\d|\blocalhost\b|\[?::1\]?[:/]/.test(line)) {
    return "In a function, localhost is its own sandbox, not this host: no other server is there, " +
      "and no egress opens this host";
  }
  if (context.level === "rootless") return ROOTLESS;
  const egress = egressOf(context);
  if (egress === "none") return NO_EGRESS;
  if (egress === "internet") {
    return 'The server refused the connection, or its egress did: "internet" excludes private ' +
      "addresses, which the operator can allow with a list, such as " +
      '"egress": ["10.0.0.5:5432"]';
  }
  if (egress === "full") return undefined;
  return "The server refused the connection, or its egress list does not name it with this port";
}

const ROOTLESS =
  "With rootless isolation, a function reaches no other server: the operator can run " +
  "ddsrv as root, with full isolation";

/** Without isolation, nothing refuses a connection but the server and the host. */
function egressOf({ level, policy }: RuleContext): Egress {
  return level === "none" ? "full" : policy?.egress ?? "full";
}
