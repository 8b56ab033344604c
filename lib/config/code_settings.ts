import { checkLevel } from "./check_level.ts";
import { DEFAULT_ENTRIES, parseEntryName, parseEntryPath } from "./entry_names.ts";
import { optional } from "./kind.ts";
import { boolean, list, path, patterned, text } from "./kinds.ts";
import { parseFetchHost } from "./network_address.ts";
import { duration, wholeNumber } from "./number_kinds.ts";
import { type Entries, literal } from "./table.ts";

/** Deno alone takes this long to start. */
const MIN_CHECK_MS = 1_000;

/** Settings of finding and checking the code of functions. */
export const CODE_SETTINGS = {
  entries: {
    name: "entries",
    setBy: "key",
    kind: list(text("names", parseEntryName)),
    default: DEFAULT_ENTRIES,
    defaultText: "every entry",
    summary: "names of the files that make a folder a function",
    details:
      "A folder is a function if it has one of them; the first one counts. The default: the `entry` " +
      "of its `ddsrv.json`; `index` or `main` with the extension `ts`, `tsx`, `js`, `jsx`, `mts` or " +
      "`mjs`; the task `start` of `deno.json` or `deno.jsonc`; the script `start` or `main` of " +
      "`package.json`; `index.html` for static files. With `index.ts` alone, only folders with an " +
      "`index.ts` are functions.",
    needsRestart: true,
  },
  entry: {
    name: "entry",
    setBy: "manifest",
    kind: optional(text("path", parseEntryPath)),
    default: undefined,
    defaultText: "the first of entries that the folder has",
    summary: "file that ddsrv runs, such as src/server.ts",
    details:
      "With the path of an `index.html`, such as `dist/index.html`, ddsrv serves its directory as " +
      "static files.",
    manifest: "replaces",
  },
  predeploy: {
    name: "predeploy",
    setBy: "manifest",
    kind: optional(text("path", parseEntryPath)),
    default: undefined,
    summary: "file to run before a new revision serves, such as migrate.ts",
    details:
      "It runs once for each revision, in a sandbox like the function's. If it fails, the revision " +
      "that serves continues. The files that it imports are part of the revision only if the " +
      "entry imports them or `watch` lists them.",
    manifest: "replaces",
  },
  spa: {
    name: "spa",
    setBy: "manifest",
    kind: boolean,
    default: false,
    summary: "serve index.html for pages that static files do not have",
    details:
      "For single-page applications, whose code shows every page. Other missing files stay 404.",
    manifest: "replaces",
  },
  watch: {
    name: "watch",
    variables: ["WATCH_FILES"],
    kind: boolean,
    default: true,
    summary: "reload running functions when files change",
    details:
      "With `--no-watch`, `ddsrv reload` deploys new code, and `ddsrv list` shows what waits for " +
      "it. A function that is not serving still starts when its code changes, and folders may come " +
      "and go.",
  },
  rescanMs: {
    name: "rescan",
    // More often, scans would use all of the processor time.
    kind: duration({ min: 100 }),
    default: 3_000,
    summary: "interval of scans without file events",
    details:
      "File events trigger a scan earlier. These scans find changes on mounts that send no events, " +
      "behind links, and outside of the functions directory. Folders whose changes all send events " +
      "are scanned ten times less often, and with thousands of folders up to every two minutes.",
    needsRestart: true,
  },
  maxFiles: {
    name: "maxFiles",
    // To count more takes seconds.
    kind: wholeNumber({ min: 10, max: 10_000_000 }),
    default: 50_000,
    summary: "maximum number of files in a function's folder",
    details:
      "Directories count as well, but not the contents of node_modules and .git. ddsrv does not deploy " +
      "a folder that has more.",
    needsRestart: true,
  },
  check: {
    name: "check",
    variables: ["CHECK_CODE"],
    deprecated: { keys: ["checkCode"], flags: ["no-check"] },
    kind: checkLevel,
    default: literal("auto"),
    defaultText: "types for TypeScript, graph for JavaScript",
    summary: "how strictly to check functions before they start",
    details:
      "`types` type-checks the code. `graph` only reads its modules, so that code with type errors " +
      "starts. `none` fetches its modules, and starts it whatever the check finds. The entry's name " +
      "decides the default. `true` is the default, and `false` the same as `graph`. A function's " +
      "author chooses freely: the check is about the quality of the code, and the sandbox is the " +
      "same at every level.",
    manifest: "replaces",
  },
  deno: {
    name: "deno",
    setBy: "flag",
    kind: optional(path),
    default: undefined,
    defaultText: "the Deno that runs ddsrv",
    summary: "check and run functions with this Deno",
    details: "Only root, and the user of ddsrv, may be able to change the file.",
    needsRestart: true,
  },
  denoVersions: {
    name: "denoVersions",
    setBy: "flag",
    kind: optional(path),
    default: undefined,
    summary: "directory of the versions of Deno that functions may choose",
    details:
      "Each one is named by its version: `2.8.1` is the program itself, or a directory with `deno` " +
      "in it. Others must not be able to change them.",
    needsRestart: true,
  },
  denoVersion: {
    name: "denoVersion",
    setBy: "manifest",
    manifestName: "deno",
    kind: optional(patterned({
      placeholder: "version",
      pattern: /^\d{1,4}(?:\.\d{1,4}){0,2}$/,
      hint: "Give a version such as 2.8 or 2.8.1",
    })),
    default: undefined,
    defaultText: "that of the server",
    summary: "version of Deno, such as 2.8 or 2.8.1",
    details: "The latest installed version that begins so is used: that of the server, or one of " +
      "`--deno-versions`.",
    manifest: "replaces",
  },
  checkCpuTimeMs: {
    name: "checkCpuTime",
    kind: duration({ min: MIN_CHECK_MS }),
    default: 60_000,
    summary: "maximum processor time of one check, all processes together",
  },
  checkTimeoutMs: {
    name: "checkTimeout",
    kind: duration({ min: MIN_CHECK_MS }),
    default: 10 * 60_000,
    summary: "timeout of one check",
  },
  allowImport: {
    name: "allowImport",
    variables: [],
    kind: list(text("host")),
    default: [],
    summary: "hosts that code may be imported from, in addition to Deno's",
    details:
      "Write `host` or `host:port`. The hosts of the functions directory's `import_map.json` are " +
      "allowed as well.",
  },
  registries: {
    name: "registries",
    deprecated: { flags: ["registry"] },
    kind: list(text("host", parseFetchHost)),
    default: [],
    summary: "npm registries that a function's .npmrc may name",
    details:
      "Write `host` or `host:port`. The registry that Deno uses by default is always allowed.",
  },
} satisfies Entries;
