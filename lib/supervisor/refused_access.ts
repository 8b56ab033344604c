import type { IsolationLevel } from "../config/isolation_level.ts";
import { adviseOn } from "./advice.ts";
import type { AdviceContext } from "./advice_sentences.ts";
import type { Refusal } from "./refused_connection.ts";

/** Maximum UTF-16 units of a line that are read; a function may try to cost time. */
const MAX_LINE = 1024;

/** Texts that every subject has one of: most lines have none. */
const QUICK = /[Rr]equires |os error|spawn '|\bE[A-Z_]{3}|lookup|no nameservers/;

/** Nouns for Deno's permissions, before a target and without one. */
const NOUNS: Readonly<Record<string, readonly [before: string, alone: string]>> = {
  read: ["read of", "read"],
  write: ["write to", "write"],
  net: ["connection to", "connection"],
  env: ["read of the variable", "read of variables"],
  sys: ["read of the system's", "read of system information"],
  run: ["run of", "run"],
  ffi: ["load of", "native code"],
  import: ["import of", "import"],
};

interface Subject {
  readonly pattern: RegExp;
  /** The only level at which the line tells a refusal; all levels when left out. */
  readonly level?: IsolationLevel;
  readonly say: (match: RegExpExecArray) => string;
}

/** Names what a line says was refused; the first match counts. */
const SUBJECTS: readonly Subject[] = [
  {
    pattern: /Requires (net|read|write|env|sys|run|ffi|import) access(?: to "([^"]{1,300})")?/,
    say: ([, kind = "", target]) => `${named(kind, target)} denied`,
  },
  {
    pattern: /requires unscoped --allow-read and --allow-write/,
    say: () => "symbolic link denied",
  },
  {
    pattern: /\bspawn (?:(\S{1,200}) (?:ENOENT|EACCES)|'([^']{1,200})': )/,
    say: ([, plain, quoted]) => `${named("run", plain ?? quoted)} denied`,
  },
  {
    pattern: /\bspawn \S{1,200} EAGAIN|Resource temporarily unavailable \(os error 11\)/,
    say: () => "new process or thread refused",
  },
  {
    pattern: /(?:Read-only file system \(os error 30\)|EROFS)(?:.{0,200}?'([^']{1,300})')?/,
    say: ({ 1: after, input, index }) => `${named("write", after ?? quoted(input, index))} denied`,
  },
  {
    pattern: /Permission denied \(os error 13\)(?:.{0,200}?'([^']{1,300})')?/,
    say: ([, path]) => `${path === undefined ? "access" : `access to ${path}`} denied`,
  },
  {
    pattern: /EACCES: permission denied, \w{1,20} '([^']{1,300})'|listen EACCES/,
    say: ([, path]) => path === undefined ? "listening denied" : `access to ${path} denied`,
  },
  {
    pattern: /Operation not permitted \(os error 1\)|EPERM\b|\(os error 38\)|ENOSYS\b/,
    say: () => "operation refused",
  },
  {
    pattern: /\(os error (?:28|122)\)|ENOSPC\b|EDQUOT\b/,
    say: () => "write refused",
  },
  {
    pattern: /\(os error 24\)|EMFILE\b/,
    say: () => "opening a file refused",
  },
  {
    pattern:
      /(?:url \(\w{1,10}:\/\/([\w.-]{1,253}).{0,300})?(?:failed to lookup address|no nameservers found)/,
    say: ([, host]) => `${host === undefined ? "a name" : `the name ${host}`} refused`,
  },
  {
    pattern: /getaddrinfo E[A-Z_]{1,12} ([\w.-]{1,253})/,
    say: ([, host]) => `the name ${host} refused`,
  },
  {
    // Elsewhere, it may be an address of IPv6.
    pattern: /Network is unreachable \(os error|connect ENETUNREACH (\S{1,60})/,
    level: "rootless",
    say: ([, target]) =>
      `${target === undefined ? "connection" : `connection to ${target}`} refused`,
  },
  {
    // The firewall notes what it refuses; nothing does for addresses of the function itself.
    pattern:
      /(?:os error 111\)|ECONNREFUSED).{0,40}?((?:127\.[\d.]{1,12}|\[?::1\]?|localhost):\d+)/,
    say: ([, target]) => `connection to ${target} refused`,
  },
];

// deno-lint-ignore no-control-regex
const CONTROL = /\x1b\[[\d;]{0,20}m|[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

/** Returns true if a line may say that something was refused; costs less than to find out. */
export function mayTellRefusal(line: string): boolean {
  return QUICK.test(beginning(line));
}

/**
 * Returns what a line of a function's output says was refused by policy, with a remedy; `undefined`
 * for other lines. A function can print the same lines, and deceives only the readers of its log.
 */
export function refusedAccess(
  line: string,
  context: () => AdviceContext,
): Refusal | undefined {
  const plain = beginning(line).replace(CONTROL, "");
  for (const { pattern, level, say } of SUBJECTS) {
    const match = pattern.exec(plain);
    if (match === null) continue;
    const known = context();
    if (level !== undefined && known.level !== level) return undefined;
    const [advice] = adviseOn(plain, known);
    if (advice === undefined) return undefined;
    const subject = say(match);
    return { cause: subject, text: `${subject}: ${advice[0]!.toLowerCase()}${advice.slice(1)}` };
  }
  return undefined;
}

function beginning(line: string): string {
  return line.length > MAX_LINE ? line.slice(0, MAX_LINE) : line;
}

function named(kind: string, target: string | undefined): string {
  const [before, alone] = NOUNS[kind]!;
  return target === undefined || target === "" ? alone : `${before} ${target}`;
}

/** Returns the last path that is quoted before a position. */
function quoted(text: string, end: number): string | undefined {
  return /'([^']{1,300})'[^']*$/.exec(text.slice(0, end))?.[1];
}
