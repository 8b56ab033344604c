import { initialState } from "../../../cli/top/state.ts";
import type { TopScene } from "../../../cli/top/view.ts";
import { functionReport, NOTHING_RUNS } from "../function_report.ts";
import { topRow } from "./top_row.ts";

/** Some functions, one of them with wide characters, busy and silent ones. */
export const SCENE: TopScene = {
  state: { ...initialState, chosen: "函数" },
  rows: [
    topRow("api", {
      requestsPerS: 1_234.5,
      errorsPerS: 0.5,
      p50Ms: 0.75,
      p99Ms: 250,
      cpuShare: 1.5,
    }),
    topRow("idle", {
      report: functionReport({ name: "idle", status: "idle", ...NOTHING_RUNS }),
      cpuShare: undefined,
    }),
    topRow("函数", {
      report: functionReport({ name: "函数", inFlight: 12 }),
      requestsPerS: 2,
      p50Ms: 30_000,
      p99Ms: 30_000,
    }),
  ],
  history: new Map([["api", [0, 600, 1_234.5]], ["函数", [2]]]),
  url: "http://127.0.0.1:9999",
  message: "Reloading \x1b[31mapi\x1b[0m",
  records: [
    { time: "2026-01-02T03:04:05.678Z", stream: "stdout", text: "first", isPartial: false },
    {
      time: "2026-01-02T03:04:06.678Z",
      stream: "stdout",
      text: "\x1b[2Jhi\tthere",
      isPartial: false,
    },
    {
      time: "2026-01-02T03:04:07.678Z",
      stream: "stderr",
      text: "函数".repeat(40),
      isPartial: false,
    },
  ],
};
