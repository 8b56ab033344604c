import { equal, throws } from "node:assert/strict";
import { parseWait } from "../../../cli/tree/numbers.ts";
import { captureProgram } from "../captured_program.ts";

const waits: readonly [text: string, ms: number][] = [
  ["1", 1_000],
  ["600", 600_000],
  ["30s", 30_000],
  ["1.5s", 1_500],
  ["1000ms", 1_000],
  ["2m", 120_000],
  ["10m", 600_000],
];

for (const [text, ms] of waits) {
  Deno.test(`parseWait: ${text} is ${ms} ms`, () => {
    equal(parseWait(text), ms);
  });
}

const refused = [
  ...["", "0", "0s", "999ms", "601", "11m", "1h", "1.5", "-1", "+1", "1e2", "0x10", " 30s"],
  ...["30 s", "30S", "30s\n", "never", "9".repeat(400), "Infinity", "NaN"],
];

for (const text of refused) {
  Deno.test(`parseWait: ${JSON.stringify(text.slice(0, 20))} is refused`, () => {
    throws(() => parseWait(text), /Give a duration from 1s to 10m, such as 30s or 2m\./);
  });
}

for (const verb of ["add", "remove"]) {
  Deno.test(`${verb} --timeout accepts a duration or plain seconds`, async () => {
    for (const good of ["30s", "2m", "30"]) {
      // Another option is wrong, so that nothing is done.
      const complaint = await captureProgram().complain(
        [verb, "a", "--timeout", good, "--nothing"],
      );
      equal(complaint.split("\n")[0]!.includes("timeout"), false, complaint);
    }
  });
}
