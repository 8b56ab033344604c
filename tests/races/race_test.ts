import assert from "node:assert/strict";
import { temporaryDirectory } from "../temporary_directory.ts";
import { openFlipper } from "./flipper.ts";
import { CONTAINED_PLACES } from "./contained_places.ts";
import { MOUNTED_PLACES } from "./mounted_places.ts";
import type { Outcome, RacePlace } from "./race_place.ts";

/** Minimum number of tries; DDSRV_RACE_SECONDS also sets a minimum time for each race. */
const TRIES = 300;
const RACE_MS = Number(Deno.env.get("DDSRV_RACE_SECONDS") ?? 0) * 1_000;

/** The operation by name fails within a few hundred tries; this is a safe maximum. */
const CONTROL_TRIES = 50_000;

const isRoot = Deno.uid() === 0;

for (const place of [...CONTAINED_PLACES, ...MOUNTED_PLACES]) {
  const why = isRoot ? "" : " (ignored: needs root)";
  Deno.test({
    name: `race: exchanged paths do not mislead root while ${place.name}${why}`,
    ignore: !isRoot,
    fn: (test) => race(place, test),
  });
}

async function race({ name, prepare }: RacePlace, test: Deno.TestContext): Promise<void> {
  await using ground = await temporaryDirectory();
  const { exchanged, act, byName } = await prepare(ground);
  await using _flipper = await openFlipper(...exchanged);
  const control = await count(
    byName,
    ({ own, astray }, tries) => own > 0 && astray > 0 || tries === CONTROL_TRIES,
  );
  const isBoth = control.own > 0 && control.astray > 0;
  assert.ok(
    isBoth,
    `the operation by name must sometimes reach the wrong file: ${JSON.stringify(control)}`,
  );
  const endMs = performance.now() + RACE_MS;
  const seen = await count(
    act,
    // At least one try must succeed: refusing every time would not count.
    ({ own }, tries) => tries >= TRIES && own > 0 && performance.now() >= endMs,
  );
  assert.equal(seen.astray, 0, `${name}: ${JSON.stringify(seen)}`);
  if (RACE_MS > 0) await test.step(JSON.stringify({ byName: control, seen }), () => {});
}

async function count(
  act: () => Promise<Outcome>,
  isEnough: (seen: Readonly<Record<Outcome, number>>, tries: number) => boolean,
): Promise<Record<Outcome, number>> {
  const seen = { own: 0, astray: 0, refused: 0 };
  for (let tries = 1;; tries++) {
    seen[await act()]++;
    if (isEnough(seen, tries)) break;
  }
  return seen;
}
