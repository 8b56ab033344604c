import { boolean, list, text } from "./kinds.ts";
import { parseFetchHost } from "./network_address.ts";
import { duration, wholeNumber } from "./number_kinds.ts";
import type { Entries } from "./table.ts";

/** Deno alone takes this long to start. */
const MIN_CHECK_MS = 1_000;

/** Settings of finding and checking the code of functions. */
export const CODE_SETTINGS = {
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
    summary: "interval of full scans for file changes",
    details:
      "File events trigger a scan earlier. Full scans find changes on mounts that send no events.",
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
  checkCode: {
    name: "check",
    variables: ["CHECK_CODE"],
    deprecated: { keys: ["checkCode"] },
    kind: boolean,
    default: true,
    summary: "type-check functions before they start",
    needsRestart: true,
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
