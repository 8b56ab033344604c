// A test waits for an event, with the time limit of `patience.ts` or without one. Its
// own limit would fail correct code on a slow or busy machine. This reads all tests and
// fails for such limits.
import assert from "node:assert/strict";
import { relative } from "node:path";

/** Programs outside the suite, which measure or download, and the replacement of timers. */
const NO_TESTS = [
  "bench",
  "compat/clients",
  "compat/shapes",
  "container",
  "fixtures",
  "v2",
  "patience.ts",
];

/** Shorter delays, in milliseconds, are pauses between two checks. */
const SHORT_MS = 100;

const TIMES: readonly RegExp[] = [
  /AbortSignal\.timeout\(/,
  /performance\.now\(\) \+ /,
  /\bok\(.*performance\.now\(\) - .* <=? /,
  /\bsetTimeout\(.*, ([A-Z][A-Z_]*|[\d_]+)\)/,
  /\bpause\(([A-Z][A-Z_]*|[\d_]+)\)/,
];

/** Lines that may contain a time, by file and part of the line, with the reason. */
const EXCEPTIONS: readonly (readonly [file: string, part: string, reason: string])[] = [
  ["waits_test.ts", "", "it names what it looks for"],
  ["relay_output.ts", "DRAIN_MS", "bounds reading of a pipe that an orphan holds open"],
  ["check/fetcher_test.ts", "2_500", "longer than a silence, without reading"],
  ["cluster/front.ts", "2_000", "the load before a host dies"],
  ["cluster/front.ts", "4_000", "the load while a host is dead"],
  ["cluster/load.ts", "TIMEOUT_MS", "a client that gives up, which counts as a failure"],
  ["cluster/swarm_inside.ts", "pause(", "the load while a node is drained or dead"],
  ["e2e/hang_test.ts", "SLOW_MS", "the pace of a slow client"],
  ["e2e/hang_test.ts", "pause(300)", "the pace of a slow client"],
  ["process/main_thread_test.ts", "60_000", "a process that is idle until it is killed"],
  ["check/fetcher_test.ts", "AbortSignal.timeout(100)", "the caller gives up, which shall happen"],
  ["e2e/bodies_test.ts", "pause(100)", "a slow machine only sees a transfer stand still too soon"],
  ["e2e/idle_test.ts", "700", "the pace of a stream"],
  ["e2e/list_test.ts", "performance.now()", "work of a function, repeated until it is seen"],
  ["e2e/ports_test.ts", "3_000", "a function that opens the port of its metrics first"],
  ["e2e/reload_failure_test.ts", "pause(1_000)", "nothing shall happen; it may be too short"],
  ["e2e/reload_scope_test.ts", "pause(100)", "the pace of a program that writes"],
  ["e2e/reload_load_test.ts", "", "the pace of functions that come and go"],
  ["e2e/soak/chaos.ts", "AbortSignal.timeout(2_000)", "a client that leaves is part of the chaos"],
  ["e2e/soak_test.ts", "SECONDS", "how long there is chaos"],
  ["e2e/story_test.ts", "pause(3", "the pace of a slow writer"],
  ["e2e/story_test.ts", "2500", "a slow machine only replaces it when it has answered"],
  ["e2e/styles_test.ts", "300", "a function that listens late"],
  ["function/change_time_test.ts", "TICK_MS", "waits for the clock itself"],
  ["fuzz/process_watch.ts", "PAUSE_MS", "a pause between two looks"],
  ["process/bounded_output_test.ts", "performance.now()", "moments of an abort, a tenth of 1 ms"],
  ["proxy/abort_test.ts", "300", "a slow machine only leaves before all is full"],
  ["proxy/body_test.ts", "300", "a slow machine only sees a transfer stand still too soon"],
  ["proxy/file_bound_test.ts", "500", "nothing shall come; it may be too short"],
  ["schedules/scheduler_test.ts", "host.pause(", "pretend time"],
  ["supervisor/backoff_timers_test.ts", "untilMs", "the pause under test"],
  ["races/race_test.ts", "RACE_MS", "how long a race is repeated"],
  ["sandbox/kill_spawner.ts", "APART_MS", "moments of an end, 0.7 ms apart"],
];

/** Returns the lines of tests that contain a time, as `file: line`. */
async function findTimes(): Promise<string[]> {
  const root = new URL(".", import.meta.url).pathname;
  const found: string[] = [];
  for await (const path of walk(root)) {
    const file = relative(root, path);
    if (NO_TESTS.some((one) => file === one || file.startsWith(`${one}/`))) continue;
    const lines = (await Deno.readTextFile(path)).split("\n");
    found.push(...lines.filter(hasTime).map((line) => `${file}: ${line.trim()}`));
  }
  return found;
}

function hasTime(line: string): boolean {
  return TIMES.some((one) => {
    const [match, delay = ""] = one.exec(line) ?? [];
    if (match === undefined) return false;
    return !/^[\d_]+$/.test(delay) || Number(delay.replaceAll("_", "")) >= SHORT_MS;
  });
}

async function* walk(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* walk(`${directory}${name}/`);
    else if (name.endsWith(".ts")) yield `${directory}${name}`;
  }
}

Deno.test("tests wait for events, with one timeout or none", async () => {
  const found = await findTimes();
  const isExcepted = (line: string): boolean =>
    EXCEPTIONS.some(([file, part]) => line.startsWith(`${file}: `) && line.includes(part));
  assert.deepEqual(
    found.filter((line) => !isExcepted(line)),
    [],
    "Wait for an event, by eventually(), within() or openPatience() of tests/patience.ts",
  );
  const unused = EXCEPTIONS.filter(([file, part]) =>
    !found.some((line) => line.startsWith(`${file}: `) && line.includes(part))
  );
  assert.deepEqual(unused, [], "These exceptions are of no use any more");
});

const samples: readonly [line: string, isTime: boolean][] = [
  ["signal: AbortSignal.timeout(30_000),", true],
  ["const until = performance.now() + GONE_MS;", true],
  ["assert.ok(performance.now() - begun < 500);", true],
  ["assert.ok(performance.now() - begun >= 500);", false],
  ["setTimeout(() => reject(new Error()), PATIENCE_MS);", true],
  ["await new Promise((resolve) => setTimeout(resolve, 1_000));", true],
  ["await new Promise((resolve) => setTimeout(resolve, 5));", false],
  ["await pause(2_500);", true],
  ["await pause(10);", false],
];

for (const [line, isTime] of samples) {
  Deno.test(`waits: a time is distinguished from a pause: ${line}`, () => {
    assert.equal(hasTime(line), isTime);
  });
}
