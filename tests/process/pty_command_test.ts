import assert from "node:assert/strict";
import { hasPtyPrograms, ptyCommand } from "../../lib/process/pty_command.ts";

const terminal = { columns: 91, rows: 31, term: "xterm" } as const;

/** Commands, their output on a terminal, and their exit codes. */
const COMMANDS: readonly [command: readonly string[], output: string, code: number][] = [
  [
    ["printf", "%s|", "a b", "it's", '"$HOME"', "`id`", "\\n", "*", ""],
    `a b|it's|"$HOME"|\`id\`|\\n|*||`,
    0,
  ],
  [["sh", "-c", "test -t 0 && test -t 1 && test -t 2 && stty size"], "31 91\r\n", 0],
  [["sh", "-c", "exit 37"], "", 37],
  [["sh", "-c", "kill -TERM $$"], "", 143],
];

Deno.test("ptyCommand() runs a command on a terminal of its own, and gives its exit code", async () => {
  for (const [command, expected, code] of COMMANDS) {
    const [program = "", ...args] = ptyCommand(terminal, command);
    const output = await new Deno.Command(program, { args, stdin: "null" }).output();
    assert.equal(output.code, code, command.join(" "));
    // The end of the input is echoed.
    const text = new TextDecoder().decode(output.stdout).replaceAll("^D\b\b", "");
    assert.equal(text, expected);
  }
});

Deno.test("hasPtyPrograms() is false for a directory without them", async () => {
  assert.equal(await hasPtyPrograms("/nonexistent"), false);
});
