import assert from "node:assert/strict";
import { JSON_VERBS } from "../../cli/output/json_verbs.ts";
import { createProgram } from "../../cli/program.ts";

const { commands } = createProgram(() => {});

Deno.test("JSON_VERBS lists all verbs with --json", () => {
  const verbs = commands.filter((verb) => verb.options.some((one) => one.long === "--json"));
  assert.deepEqual(verbs.map((verb) => verb.name()).sort(), [...JSON_VERBS]);
});

Deno.test("verbs with --socket also read DDSRV_SOCKET", () => {
  for (const verb of commands.filter((one) => one.name() !== "serve")) {
    const option = verb.options.find((one) => one.long === "--socket");
    if (option !== undefined) assert.equal(option.envVar, "DDSRV_SOCKET", verb.name());
  }
});
