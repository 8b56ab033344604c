import { equal } from "node:assert/strict";
import type { AskedStatus } from "../../lib/supervisor/ask_status.ts";
import {
  countHealth,
  type HealthFailures,
  healthVerdict,
} from "../../lib/supervisor/health_verdict.ts";

const late: AskedStatus = { type: "late", reason: "it did not answer in time" };
const refused: AskedStatus = { type: "none", reason: "Connection refused (os error 111)" };
const unasked: AskedStatus = { type: "unasked", reason: "Too many open files (os error 24)" };
const status = (code: number): AskedStatus => ({ type: "status", status: code });

const rows: readonly [answers: readonly AskedStatus[], verdict: string | undefined][] = [
  [[], undefined],
  [[late, late], undefined],
  [[late, late, late], "It did not answer /h three times in a row, 5 s each"],
  [[status(503), status(503), status(503)], "It answered /h with 503 three times in a row"],
  [[status(404), status(404), status(404)], "It answered /h with 404 three times in a row"],
  [
    [refused, refused, refused],
    "It could not be asked for /h three times in a row: Connection refused (os error 111)",
  ],
  [
    [late, status(500), late],
    "It was not healthy three times in a row: GET /h: it did not answer in time; it answered " +
    "500; it did not answer in time",
  ],
  // One good answer, and all begins anew.
  [[late, late, status(204), late, late], undefined],
  [[late, late, status(302), late, late], undefined],
  [[status(200), late, late, late], "It did not answer /h three times in a row, 5 s each"],
  // Those before the last three no longer matter.
  [[status(500), late, late, late], "It did not answer /h three times in a row, 5 s each"],
  // What the host could not ask counts neither way.
  [[unasked, unasked, unasked, unasked], undefined],
  [[late, unasked, late, unasked], undefined],
  [[late, late, unasked, late], "It did not answer /h three times in a row, 5 s each"],
];

for (const [answers, verdict] of rows) {
  const said = answers.map((one) => one.type === "status" ? one.status : one.type).join(" ");
  Deno.test(`healthVerdict() of ${said || "nothing"}: ${verdict ?? "well"}`, () => {
    equal(healthVerdict(answers.reduce<HealthFailures>(countHealth, []), "/h"), verdict);
  });
}
