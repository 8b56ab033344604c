import assert from "node:assert/strict";
import { captureProgram } from "./captured_program.ts";
import { matchesGolden } from "./golden.ts";

/** Command lines that come to nothing before anything is done. */
const wrong: readonly string[] = [
  "lst",
  "help foo",
  "help inspec",
  "serve --port 70000",
  "serve --isolation some",
  "serve --egress nowhere",
  "serve a b",
  "add",
  "add a b",
  "add a --timeout 0",
  "remove",
  "remove a --timeout never",
  "reload --socket",
  "rollback",
  "rollback a b",
  "rollback a --to last",
  "env",
  "env get a B",
  "env set",
  "init --template",
  "init --template kv-conter",
  "init --template nothing-near",
  "inspect",
  "inspect a b",
  "list a",
  "deploy --dry-run --json",
  "list --quiet --json",
  "logs --lines many",
  "top a",
  "doctor --isolation some",
  "schema --output everything",
  "schema --api --function",
];

Deno.test("usage errors of all verbs", async () => {
  const program = captureProgram();
  const unknown = program.verbs.filter((verb) => verb !== "help").map((verb) => `${verb} --jsom`);
  let text = "";
  for (const line of [...wrong, ...unknown]) {
    const complaint = await captureProgram().complain(line.split(" "));
    assert.ok(complaint.startsWith("ddsrv: "), `${line}: ${complaint}`);
    text += `$ ddsrv ${line}\n${complaint}\n`;
  }
  await matchesGolden("usage", text);
});
