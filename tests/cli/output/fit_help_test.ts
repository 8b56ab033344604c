import assert from "node:assert/strict";
import help from "../../../cli/help.json" with { type: "json" };
import { fitHelp } from "../../../cli/output/fit_help.ts";
import { createProgram } from "../../../cli/program.ts";

Deno.test("fitHelp() wraps as the command tree does, at each width", () => {
  let printed = "";
  let width = 0;
  const program = createProgram(() => {});
  program.configureOutput({
    ...program.configureOutput(),
    writeOut: (text) => void (printed += text),
    getOutHelpWidth: () => width,
    getOutHasColors: () => false,
  });
  const texts = new Set<string>();
  for (width = 1; width <= 150; width++) {
    printed = "";
    program.outputHelp();
    assert.equal(fitHelp(help, width), printed, `${width} columns`);
    texts.add(printed);
  }
  assert.ok(texts.size > 20, "the widths wrap nothing");
  assert.equal(fitHelp(help, Infinity), printed);
});
