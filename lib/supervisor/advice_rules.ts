import type { PermissionKind } from "../config/permissions.ts";
import {
  type AdviceContext,
  forbidden,
  grant,
  isWritable,
  LOW_PORT,
  missingLibrary,
  notDownloaded,
  quotedPath,
  readOnly,
  refused,
  type RuleContext,
  unreadable,
  unresolved,
  unstable,
} from "./advice_sentences.ts";

/** Advice for lines that match a pattern. */
export interface AdviceRule {
  readonly stages: readonly AdviceContext["stage"][];
  /** Applied to single lines. Must not backtrack over more than a bounded part of a line. */
  readonly pattern: RegExp;
  /** Returns a sentence; `undefined` if it does not apply. Anybody may read the sentence. */
  readonly say: (match: RegExpExecArray, context: RuleContext) => string | undefined;
}

const RUN = ["start", "exit"] as const;
const ANY = ["check", "start", "exit"] as const;

/** APIs of `--unstable-net` for which Deno 2.9 prints no hint. */
const UNHINTED_NET = /Deno\.(?:listenDatagram|listenQuic|connectQuic|upgradeWebTransport) is not/;

/**
 * Rules for what Deno 2.9 and Node's modules in it print; the first match of a line counts. Texts
 * are from `deno run` and `deno check` of small programs, in the sandbox where that matters.
 */
export const ADVICE_RULES: readonly AdviceRule[] = [
  {
    stages: RUN,
    pattern: /^Cannot show [\w ]{1,40} in the folder: mount: /,
    say: () =>
      "The host can't put an overlay on this folder: the operator can load the kernel module " +
      "overlay, or move the functions directory to a file system that is no overlay itself",
  },
  {
    stages: ANY,
    pattern: /^Deno could not start: unable to create worker threads/,
    say: () =>
      'The kernel refused Deno threads: raise "processes" in its ddsrv.json, or the operator ' +
      "raises the host's limit (pids.max, TasksMax of systemd, --pids-limit of a container)",
  },
  {
    stages: RUN,
    pattern: /Requires write access to "([^"]{1,400})"/,
    say: ([, path = ""], context) =>
      isWritable(path) ? grant("write", context) : readOnly(path, context),
  },
  {
    stages: RUN,
    pattern: /Requires (net|read|write|env|sys|run|ffi) access/,
    say: ([, kind], context) => grant(kind as PermissionKind, context),
  },
  {
    stages: RUN,
    // Deno.symlink() and Node's: a list of paths is not enough.
    pattern: /requires unscoped --allow-read and --allow-write/,
    say: (_, context) => grant("write", context),
  },
  {
    stages: RUN,
    pattern: /Command failed: |\bspawn (?:\S{1,200} (?:ENOENT|EACCES)|'[^']{1,200}': )/,
    say: (_, context) =>
      context.policy?.permissions.run === false ? grant("run", context) : undefined,
  },
  {
    stages: ANY,
    pattern: /(?:Run again with|The) `--unstable-([a-z][a-z-]{0,39})` flag/,
    say: ([, feature = ""]) => unstable(feature),
  },
  { stages: RUN, pattern: UNHINTED_NET, say: () => unstable("net") },
  { stages: ANY, pattern: /run with --sloppy-imports/, say: () => unstable("sloppy-imports") },
  {
    stages: RUN,
    pattern: /Failed caching npm package|Could not find npm package|Failed loading \S{1,300} for/,
    say: notDownloaded,
  },
  {
    stages: RUN,
    pattern: /JSR package manifest for |Import 'https?:\/\/[^']{1,400}' failed/,
    say: notDownloaded,
  },
  {
    stages: ANY,
    pattern: /Requires import access to "([\w.:-]{1,255})"/,
    say: ([, host = ""]) =>
      `Code may not be imported from ${host}: the operator can allow it with "allowImport": ` +
      `["${host.replace(/:443$/, "")}"] in the functions directory's ddsrv.json`,
  },
  {
    stages: RUN,
    pattern: /'\/ddsrv\/(?:modules|cache)\/[^']{1,400}': Read-only file system/,
    say: notDownloaded,
  },
  {
    stages: RUN,
    pattern: /(?:Read-only file system \(os error 30\)|EROFS: read-only file system)(.{0,400})/,
    say: ({ 1: rest = "", input, index }, context) =>
      readOnly(quotedPath(rest) || quotedPath(input.slice(0, index)), context),
  },
  {
    stages: RUN,
    pattern: /\(os error (?:28|122)\)|\bE(?:NOSPC|DQUOT)\b/,
    say: () =>
      "It has used up its disk space: remove files from the directory in DDSRV_DATA and from /tmp, " +
      'or raise "dataSize" or "dataFiles" in its ddsrv.json, up to the operator\'s limits',
  },
  {
    stages: RUN,
    pattern: /\(os error 24\)|\bEMFILE\b/,
    say: () =>
      "It has as many files and connections open as a process may: close those that it does not use",
  },
  {
    stages: RUN,
    pattern: /\bspawn \S{1,200} EAGAIN|Resource temporarily unavailable \(os error 11\)/,
    say: () =>
      'It has too many processes or threads: raise "processes" in its ddsrv.json, up to the ' +
      "operator's limit",
  },
  {
    stages: RUN,
    pattern: /Operation not permitted \(os error 1\)|\bEPERM\b|\(os error 38\)|\bENOSYS\b/,
    say: (_, context) => forbidden(context),
  },
  {
    stages: RUN,
    pattern: /listen EACCES/,
    say: () => LOW_PORT,
  },
  {
    stages: RUN,
    pattern: /(?:Permission denied \(os error 13\)|EACCES: permission denied)(.{0,400})/,
    say: ([, rest = ""], context) => unreadable(rest, context),
  },
  {
    stages: RUN,
    pattern: /Address already in use \(os error 98\)|listen EADDRINUSE/,
    say: () =>
      "Another server already listens on this port: let the code listen once, or on different ports",
  },
  {
    stages: RUN,
    pattern: /Cannot assign requested address \(os error 99\)|listen E(?:ADDRNOTAVAIL|INVAL)/,
    say: () => "The function does not have this address: listen on 0.0.0.0 or 127.0.0.1",
  },
  {
    stages: ANY,
    pattern: /Could not find a matching package for 'npm:((?:@[\w.-]{1,100}\/)?[\w.-]{1,100})/,
    say: ([, name = ""]) =>
      `Its node_modules lacks ${name}: run "npm install --save-dev ${name}" where the function is ` +
      "developed, and copy node_modules again; or remove node_modules from the folder",
  },
  {
    stages: ANY,
    pattern: /[Dd]id you forget to run `(?:deno|npm) install`/,
    say: () =>
      "A package is missing: list it in package.json, or in imports of deno.json. If the folder " +
      'brings a node_modules, run "deno install" where the function is developed, and copy it again',
  },
  // The check has seen every import that the code names literally.
  { stages: RUN, pattern: /The lockfile is out of date/, say: notDownloaded },
  {
    stages: ANY,
    pattern: /Could not find referrer npm package/,
    say: () =>
      'A CommonJS file that calls require() needs node_modules: run "deno install" where the ' +
      "function is developed, and copy node_modules too",
  },
  {
    stages: ANY,
    pattern: /Linking npm packages requires using a node_modules/,
    say: () =>
      'A link to an npm package needs a node_modules directory: run "deno install" where the ' +
      "function is developed, and copy node_modules too",
  },
  {
    stages: ANY,
    pattern: /--allow-scripts|deno approve-scripts/,
    say: () =>
      "ddsrv runs no install scripts of packages: install where the function is developed, and " +
      "copy node_modules too",
  },
  {
    stages: ANY,
    // Not the arguments of its own, which Deno prints if it can't start.
    pattern: /^(?!Args: ).{0,1000}--node-modules-dir/,
    say: () => "Put a node_modules directory into its folder instead of passing the flag",
  },
  {
    stages: RUN,
    pattern: /invalid peer certificate|self-signed certificate|unable to verify the first cert/,
    say: () =>
      "This host does not trust the server's certificate: the operator can name the file of its " +
      "authority in the variable DENO_CERT of ddsrv serve",
  },
  {
    stages: RUN,
    pattern: /JavaScript (?:heap )?out of memory/,
    say: () =>
      'It needs more memory: raise "memory" in its ddsrv.json, up to the operator\'s limit',
  },
  {
    stages: RUN,
    pattern: /: cannot open shared object file/,
    say: ({ input, index }) => missingLibrary(input.slice(0, index)),
  },
  {
    stages: RUN,
    pattern: /failed to lookup address|getaddrinfo E|no nameservers found in config/,
    say: (_, context) => unresolved(context),
  },
  {
    stages: RUN,
    pattern: /(?:Connection refused \(os error 111\)|connect ECONNREFUSED)/,
    say: ({ input }, context) => refused(input, context),
  },
  {
    stages: RUN,
    pattern: /(?:Network is unreachable|No route to host) \(os error|connect ENETUNREACH/,
    say: ({ input }, context) => refused(input, context),
  },
];
