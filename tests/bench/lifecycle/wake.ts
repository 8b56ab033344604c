import { join } from "node:path";
import { answering, pause, type Server, startServer } from "../../e2e/support/harness.ts";
import { hasManifestKey, hasSetting } from "./abilities.ts";
import { runBare } from "./bare.ts";
import { compare, type Row } from "./figure.ts";
import { durationOf, takeRounds } from "./rounds.ts";

const ROUNDS = 15;

/** Time after which ddsrv has parked what it wants to park. */
const PARK_MS = 1_000;

const BARE = "bare deno run";
const PARKED = "wake from idle";
const UNPARKED = "wake from idle, --parked 0";
const WARM = 'wake from idle, "warm": true';

/** Measures the first answer of an idle function, compared to that of a bare `deno run`. */
export async function measureWake(): Promise<Row[]> {
  const files = { "app/index.ts": answering("app") };
  const flags = ["--idle", "1s"];
  const warm = { "warm/index.ts": answering("warm"), "warm/ddsrv.json": '{ "warm": true }\n' };
  const hasWarm = hasManifestKey("warm");
  await using server = await startServer({
    isParking: true,
    flags,
    files: hasWarm ? { ...files, ...warm } : files,
  });
  await server.said("app idle until");
  await using unparked = hasSetting("parked")
    ? await startServer({ isParking: true, flags: [...flags, "--parked", "0"], files })
    : undefined;
  await unparked?.said("app idle until");
  const taken = await takeRounds({
    [BARE]: () => runBare(join(server.functions, "app/index.ts")),
    [PARKED]: () => wake(server, "app"),
    ...(unparked === undefined ? {} : { [UNPARKED]: () => wake(unparked, "app") }),
    ...(hasWarm ? { [WARM]: () => wake(server, "warm") } : {}),
  }, ROUNDS);
  return [
    ...compare(taken, { [PARKED]: "1.3", [WARM]: "0.35" }),
    ...(unparked === undefined ? [{ what: UNPARKED, skipped: "no setting parked" }] : []),
    ...(hasWarm ? [] : [{ what: WARM, skipped: "no key warm" }]),
  ];
}

/** Wakes an idle function; returns milliseconds to its answer, and waits until it is idle again. */
export async function wake(server: Server, name: string): Promise<number> {
  const from = server.output().length;
  const ms = await durationOf(async () => {
    const response = await fetch(`${server.url}/${name}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${name} answered ${response.status}: ${text}`);
  });
  await server.said(`${name} idle until`, from);
  await pause(PARK_MS);
  return ms;
}
