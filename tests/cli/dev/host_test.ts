import assert from "node:assert/strict";
import { followKeys } from "../../../cli/commands/dev/follow_keys.ts";
import { isolationProblem } from "../../../cli/commands/dev/isolated.ts";
import { browserCommand } from "../../../cli/commands/dev/open_browser.ts";
import { LAUNCH_FILE } from "../../../cli/commands/init/launch_file.ts";
import { listenable } from "../../../cli/output/on_signal.ts";
import { parseInspect } from "../../../lib/dev/inspect_address.ts";

function recording(): {
  readonly acted: string[];
  readonly actions: Parameters<typeof followKeys>[1];
} {
  const acted: string[] = [];
  const act = (name: string): () => void => () => void acted.push(name);
  return {
    acted,
    actions: {
      open: act("open"),
      restart: act("restart"),
      clear: act("clear"),
      help: act("help"),
      quit: act("quit"),
    },
  };
}

Deno.test("followKeys() acts on known keys, and ends with quit", async () => {
  const keys = ["x", "o", "R", "c", "h", "?", "\x1b[A", "q", "r"];
  const { acted, actions } = recording();
  await followKeys(() => Promise.resolve(keys.shift()), actions);
  assert.deepEqual(acted, ["open", "restart", "clear", "help", "help", "quit"]);
  assert.deepEqual(keys, ["r"]);
});

Deno.test("followKeys() ends with Ctrl-C where it is a key, and with the input", async () => {
  for (const key of ["\x03", "\x04", undefined]) {
    const { acted, actions } = recording();
    await followKeys(() => Promise.resolve(key), actions);
    assert.deepEqual(acted, key === undefined ? [] : ["quit"]);
  }
});

Deno.test("browserCommand() gives the URL to a program of each system, never to a shell", () => {
  const url = "http://localhost:9999/a?b&c";
  for (const os of ["linux", "darwin", "windows", "freebsd"] as const) {
    const command = browserCommand(os, url);
    assert.equal(command.at(-1), url);
    assert.ok(!["cmd", "sh"].includes(command[0]!), os);
  }
});

Deno.test("listenable() leaves out signals that a system does not have", () => {
  const all = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK", "SIGWINCH"] as const;
  assert.deepEqual(listenable(all, "windows"), ["SIGINT", "SIGBREAK"]);
  assert.deepEqual(listenable(all, "linux"), ["SIGINT", "SIGTERM", "SIGHUP", "SIGWINCH"]);
});

Deno.test("isolationProblem() says what is missing, and what to do", () => {
  assert.match(isolationProblem({ os: "darwin", uid: 0 })!, /needs Linux.*Leave it out/);
  assert.match(isolationProblem({ os: "windows", uid: null })!, /needs Linux.*Leave it out/);
  assert.match(isolationProblem({ os: "linux", uid: 1000 })!, /needs root.*sudo/);
  assert.equal(isolationProblem({ os: "linux", uid: 0 }), undefined);
});

Deno.test("launch.json attaches to the default address of --inspect", () => {
  const [[path, text]] = [...LAUNCH_FILE] as [[string, string]];
  assert.equal(path, ".vscode/launch.json");
  const { configurations: [launch] } = JSON.parse(text);
  const { hostname, port } = parseInspect("9229");
  assert.deepEqual([launch.address, launch.port, launch.restart], [hostname, port, true]);
});
