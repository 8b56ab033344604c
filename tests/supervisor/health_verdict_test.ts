import { equal } from "node:assert/strict";
import type { AskedStatus } from "../../lib/supervisor/ask_status.ts";
import {
  countHealth,
  type HealthFailures,
  healthVerdict,
} from "../../lib/supervisor/health_verdict.ts";

const late: AskedStatus = { type: "late", reason: "no answer in time" };
const refused: AskedStatus = { type: "none", reason: "Connection refused (os error 111)" };
const unasked: AskedStatus = { type: "unasked", reason: "Too many open files (os error 24)" };
const status = (code: number): AskedStatus => ({ type: "status", status: code });

const rows: readonly [answers: readonly AskedStatus[], verdict: string | undefined][] = [
  [[], undefined],
  [[late, late], undefined],
  [[late, late, late], "Did not answer GET /h within 5 s three times in a row"],
  [[status(503), status(503), status(503)], "Answered GET /h with 503 three times in a row"],
  [[status(404), status(404), status(404)], "Answered GET /h with 404 three times in a row"],
  [
    [refused, refused, refused],
    "GET /h failed three times in a row: Connection refused (os error 111)",
  ],
  [
    [late, status(500), late],
    "Failed three health checks in a row: GET /h: no answer in time; status 500; " +
    "no answer in time",
  ],
  // A good answer resets the count.
  [[late, late, status(204), late, late], undefined],
  [[late, late, status(302), late, late], undefined],
  [[status(200), late, late, late], "Did not answer GET /h within 5 s three times in a row"],
  // Only the last three failures count.
  [[status(500), late, late, late], "Did not answer GET /h within 5 s three times in a row"],
  // A check that the host could not send is ignored.
  [[unasked, unasked, unasked, unasked], undefined],
  [[late, unasked, late, unasked], undefined],
  [[late, late, unasked, late], "Did not answer GET /h within 5 s three times in a row"],
];

for (const [answers, verdict] of rows) {
  const checks = answers.map((asked) => asked.type === "status" ? asked.status : asked.type).join(
    " ",
  );
  Deno.test(`healthVerdict() of ${checks || "no check"}: ${verdict ?? "well"}`, () => {
    equal(healthVerdict(answers.reduce<HealthFailures>(countHealth, []), "/h"), verdict);
  });
}
