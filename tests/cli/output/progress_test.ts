import assert from "node:assert/strict";
import { openProgress } from "../../../cli/output/progress.ts";

function record(
  isTerminal: boolean,
): { readonly said: () => string } & ReturnType<typeof openProgress> {
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  return { ...openProgress({ name: "sh\x1bop", isTerminal, write }), said: () => text };
}

Deno.test("openProgress() prints a line per step without a terminal", () => {
  using progress = record(false);
  progress.show("checking");
  progress.show("checking");
  progress.show("starting");
  progress.done("ready");
  assert.equal(progress.said(), "sh\\x1bop: checking\nsh\\x1bop: starting\n");
});

Deno.test("openProgress() updates one line on a terminal", () => {
  using progress = record(true);
  progress.show("checking");
  progress.show("starting");
  progress.done("ready");
  const clear = "\r\x1b[2K";
  assert.ok(
    progress.said().startsWith(`${clear}\x1b[?7l⠋ sh\\x1bop  checking…\x1b[?7h${clear}`),
    JSON.stringify(progress.said()),
  );
  assert.ok(progress.said().endsWith(`sh\\x1bop  starting…\x1b[?7h${clear}sh\\x1bop  ready\n`));
});

Deno.test("openProgress() clears its line on disposal", () => {
  const progress = record(true);
  progress.show("checking");
  progress[Symbol.dispose]();
  assert.ok(progress.said().endsWith("\x1b[?7h\r\x1b[2K"));
});
