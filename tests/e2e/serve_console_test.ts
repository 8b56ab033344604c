import assert from "node:assert/strict";
import { join } from "node:path";
import {
  answering,
  COMMAND,
  gateOf,
  makeDirectory,
  startServer,
  writeFiles,
} from "./support/harness.ts";
import { openTerminal, PROMPT } from "./support/pty.ts";

/** A function that prints on both streams, one line with terminal control sequences. */
const TALKER = `console.log("out \\x1b[2Jcleared"); console.error("err");\n${answering("talker")}`;

/** A function that delays its start and its answer until a file exists. */
const SLOW = `const gate = Deno.env.get("DDSRV_DATA") + "/gate";
async function opened(): Promise<void> {
  for (;;) {
    try { return Deno.removeSync(gate); } catch { await new Promise((go) => setTimeout(go, 20)); }
  }
}
await opened();
Deno.serve(async () => {
  console.log("asked");
  await opened();
  return new Response("finished");
});
`;

Deno.test("serve on a terminal shows progress in a footer and removes it", async () => {
  const directory = await makeDirectory();
  try {
    await writeFiles(join(directory, "functions"), {
      "talker/index.ts": TALKER,
      "slow/index.ts": SLOW,
      "empty/readme.txt": "",
    });
    const cache = Deno.env.get("DDSRV_TEST_CACHE")!;
    await using terminal = await openTerminal({
      columns: 110,
      rows: 30,
      env: {
        DDSRV_STATE_DIRECTORY: join(cache, "state"),
        DDSRV_SOCKET: `${directory}/s`,
        DDSRV_START_TIMEOUT: "30m",
        DDSRV_STOP_GRACE: "30m",
      },
    });
    const flags = `--port=0 --no-logs --logs-dir ${directory}/logs`;
    await terminal.run(
      `${COMMAND.join(" ")} serve ${directory}/functions ${flags}; echo "code:$?"`,
    );
    const lastLine = (screen: string): string => screen.trimEnd().split("\n").at(-1)!;
    await terminal.shows("a start", (screen) => /^starting slow$/.test(lastLine(screen)));
    const gate = await gateOf(`${directory}/s`, "slow");
    await Deno.writeTextFile(gate, "");
    const screen = await terminal.shows(
      "all",
      (screen) =>
        /^slow ready at http:\S+ \(revision [0-9a-f]{12}\)$/m.test(screen) &&
        /^talker ready at /m.test(screen) && !/^(?:checking|starting) /m.test(screen),
    );
    for (
      const line of [
        /^ddsrv \S+ serves \S+\/functions$/m,
        /^Isolation: full$/m,
        /^Listening on http:\/\/localhost:\d+$/m,
        /^Functions: 2$/m,
        /^empty ignored: it has no index\.ts, main\.ts, index\.html or other entry$/m,
        /^\[talker\] out \\x1b\[2Jcleared$/m,
        /^\[talker\] err$/m,
      ]
    ) assert.match(screen, line);
    const url = /Listening on (\S+)/.exec(screen)![1]!;
    const asked = fetch(`${url}/slow`).then((response) => response.text());
    await terminal.shows("a request", (screen) => screen.includes("[slow] asked"));
    // A terminal sends it to all foreground processes, including functions if they were among them.
    await terminal.press("C-c");
    await terminal.shows("that it stops", (screen) => /^(?:\^C)?Stopping$/m.test(screen));
    await Deno.writeTextFile(gate, "");
    assert.equal(await asked, "finished");
    const end = await terminal.shows("its end", (screen) => screen.includes(`code:0\n${PROMPT}`));
    assert.match(end, /^(?:\^C)?Stopping\n(?:(?:slow|talker) stopped\n){2}Stopped\ncode:0$/m);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("serve --console-format json prints an object per line, and --quiet hides lines of functions", async () => {
  const files = { "talker/index.ts": TALKER };
  for (const isQuiet of [false, true]) {
    await using server = await startServer({
      files,
      flags: ["--console-format", "json", ...isQuiet ? ["--quiet"] : []],
      beforeUrl: '"message":"serving at ',
    });
    await server.answers("/talker", "talker");
    await server.said('"event":"ready"');
    if (!isQuiet) await server.said('"stream":"stderr"');
    server.signal("SIGTERM");
    await server.exited;
    const said = server.output().trimEnd().split("\n").map((line) => JSON.parse(line));
    for (const one of said) {
      assert.match(one.time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      assert.ok(["info", "warn", "error"].includes(one.level));
      assert.equal(typeof one.message, "string");
    }
    const events = new Set(said.map(({ event }) => event));
    for (const event of ["serving", "notice", "checking", "ready", "stopped"]) {
      assert.ok(events.has(event), event);
    }
    assert.equal(events.has("line"), !isQuiet);
  }
});
