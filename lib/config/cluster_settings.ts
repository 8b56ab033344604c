import { choice, path, patterned } from "./kinds.ts";
import { optional } from "./kind.ts";
import { SCHEDULE_RUNS, type ScheduleRuns } from "./schedule_runs.ts";
import { type Entries, literal } from "./table.ts";

/** Settings of functions that run on several hosts. */
export const CLUSTER_SETTINGS = {
  kvUrl: {
    name: "kvUrl",
    kind: optional(patterned({
      placeholder: "url",
      // The same characters as the endpoint of a collector, and {name}.
      pattern:
        /^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:\/(?:[!-z|~]|\{name\})*)?$/i,
      maxLength: 1_024,
      hint: "Give a URL such as http://kv.example.com:4512, without a user name",
    })),
    default: undefined,
    defaultText: "none",
    summary: "server of Deno.openKv() for all functions, for several hosts",
    details:
      "The server speaks KV Connect, as denokv does. `{name}` in the path stands for the name of " +
      "the function, and gives each function a database of its own where the server has several. " +
      "Otherwise each function can read and change the keys of all others. The egress must include " +
      "the server. Functions can replace it by the variable `DENO_KV_DEFAULT_PATH`.",
    needsRestart: true,
  },
  kvTokenFile: {
    name: "kvTokenFile",
    kind: optional(path),
    default: undefined,
    defaultText: "none",
    summary: "file with the access token of the server of --kv-url",
    details:
      "The first line counts. Functions get it as `DENO_KV_ACCESS_TOKEN`, and can read it. ddsrv " +
      "reads the file at each start of a function.",
    needsRestart: true,
  },
  scheduleRuns: {
    name: "scheduleRuns",
    kind: choice<ScheduleRuns>(SCHEDULE_RUNS, "which"),
    default: literal<ScheduleRuns>("auto"),
    summary: "runs of schedules on this host: all, claimed, none",
    details:
      "`claimed`: the hosts agree by the server of `kvUrl`, and one of them makes each run. `auto` " +
      "is `claimed` with a `kvUrl`; without one, `none` with a `source`, and otherwise `all`.",
    needsRestart: true,
  },
} satisfies Entries;
