import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import stringWidth from "fast-string-width";
import { answering, eventually, runCli, type Server, startServer } from "./support/harness.ts";
import { openTerminal, PROMPT, type Terminal } from "./support/pty.ts";

const DDSRV = `${Deno.execPath()} run --quiet --allow-all ${
  new URL("../../cli/main.ts", import.meta.url).pathname
}`;

/**
 * A function whose output would clear the screen, rename the window and forge a line, with colours.
 */
const LOUD = `console.log("\\x1b[31mred\\x1b[0m \\x1b[2Jcleared \\x1b]0;title\\x07 over\\rwritten");
console.error("a tab\\tand 函数 ".repeat(20));
${answering("loud")}`;

const files = { "函数-loud/index.ts": LOUD, "plain/index.ts": answering("plain") };

/** Opens a terminal whose commands use the server. */
function terminalOf(server: Server, columns: number, rows: number): Promise<Terminal> {
  return openTerminal({ columns, rows, env: { DDSRV_SOCKET: server.socket } });
}

/** Types a ddsrv command; the shell prints its exit code on a separate line. */
async function type(terminal: Terminal, command: string): Promise<void> {
  await terminal.run(`${DDSRV} ${command}; echo "code:$?"`);
}

/** Waits until the typed command exits, and asserts that the terminal is restored. */
async function endsWith(terminal: Terminal, code: number): Promise<string> {
  const screen = await terminal.shows(
    `code:${code}`,
    (screen) => screen.includes(`code:${code}\n${PROMPT}`),
  );
  equal(await terminal.ask("cursor_flag"), "1", "the cursor is hidden");
  equal(await terminal.ask("alternate_on"), "0", "the alternate screen is on");
  equal(await terminal.ask("wrap_flag"), "1", "lines are not wrapped");
  await terminal.run("clear; stty -a");
  const modes = await terminal.shows(
    "all modes",
    (screen) => screen.trimEnd().endsWith(`\n${PROMPT}`) && /icanon/.test(screen),
  );
  match(modes, /\sicanon\s/);
  match(modes, /\secho\s/);
  return screen;
}

/** Waits until the typed command is stopped, and asserts that the shell controls the terminal. */
async function stops(terminal: Terminal): Promise<string> {
  // 128 and the number of SIGSTOP, or of SIGTSTP.
  const isStopped = (screen: string): boolean =>
    new RegExp(`^code:1(?:47|48)$[^]*^${PROMPT}$`, "m").test(screen);
  const screen = await terminal.shows("a stopped job", isStopped);
  equal(await terminal.ask("cursor_flag"), "1", "the cursor is hidden");
  equal(await terminal.ask("alternate_on"), "0", "the alternate screen is on");
  await terminal.run("stty -a");
  const modes = await terminal.shows(
    "all modes",
    (screen) => screen.trimEnd().endsWith(`\n${PROMPT}`) && /icanon/.test(screen),
  );
  match(modes, /\sicanon\s/);
  match(modes, /\secho\s/);
  return screen;
}

async function ready(server: Server): Promise<void> {
  await server.answers(`/${encodeURIComponent("函数-loud")}`, "loud");
  await server.answers("/plain", "plain");
}

type Step = readonly [name: string, run: (server: Server) => Promise<void>];

/** Steps of top come first, because steps of list add functions. */
const steps: readonly Step[] = [
  ["top: sorts, chooses, reads logs, reloads, and gives the terminal back", async (server) => {
    await using terminal = await terminalOf(server, 80, 12);
    await terminal.run("echo before");
    await type(terminal, "top");
    const first = await terminal.shows("both", (screen) => /^函数-loud +ready/m.test(screen));
    equal(await terminal.ask("alternate_on"), "1");
    match(first, /^ddsrv {2}2 functions, 2 ready/);
    ok(first.indexOf("plain") < first.indexOf("函数-loud"), first);

    for (let request = 0; request < 20; request++) {
      await server.answers(`/${encodeURIComponent("函数-loud")}`, "loud");
    }
    await terminal.press("r");
    await terminal.shows("the busy one first", (screen) => {
      return screen.indexOf("函数-loud") < screen.indexOf("plain");
    });
    await terminal.press("n");
    await terminal.shows("the order of names", (screen) => {
      return screen.indexOf("plain") < screen.indexOf("函数-loud");
    });

    await terminal.press("Down", "l");
    const logs = await terminal.shows("a log", (screen) => /^\d\d:\d\d:\d\d .*red/m.test(screen));
    match(logs, /Log of 函数-loud/);
    match(logs, /\\x1b\[31mred\\x1b\[0m \\x1b\[2Jcleared \\x1b\]0;title\\x07 over\\x0dwritten/);
    match(logs, /a tab +and 函数 .*…$/m);
    doesNotMatch(await terminal.ask("pane_title"), /title/);
    await terminal.press("Escape");
    await terminal.shows("functions", (screen) => /^NAME /m.test(screen));

    const { pid } = await server.inspect("函数-loud");
    await terminal.press("R");
    await terminal.shows("what came of it", (screen) => /Reloading 函数-loud/.test(screen));
    await eventually("it is another process", async () => {
      const report = await server.inspect("函数-loud");
      return report.status === "ready" && report.pid !== pid;
    });

    await terminal.resize(40, 8);
    const small = await terminal.shows("40 columns", (screen) => {
      return /^NAME +STATUS +REQ\/S +CPU/m.test(screen);
    });
    match(small, /^q quit {2}l log {2}R reload {2}sort: nrtecm$/m);
    await terminal.resize(20, 6);
    await terminal.shows("20 columns", (screen) => /^ddsrv {2}2 functions,…\n\nNAME /.test(screen));
    await terminal.resize(80, 12);
    await terminal.press("q");
    const after = await endsWith(terminal, 0);
    match(after, /before/);
    doesNotMatch(after, /REQ\/S/);
  }],
  ["top: Ctrl-Z gives the terminal back, and fg takes it again", async (server) => {
    await using terminal = await terminalOf(server, 80, 24);
    await terminal.run("echo before");
    await type(terminal, "top");
    await terminal.shows("both", (screen) => /^函数-loud +ready/m.test(screen));
    for (let time = 0; time < 2; time++) {
      await terminal.press("C-z");
      const stopped = await stops(terminal);
      if (time === 0) match(stopped, /before/);
      doesNotMatch(stopped, /REQ\/S|\^Z/);
      await terminal.run(`clear; fg; echo "code:$?"`);
      await terminal.shows(
        "both",
        (screen) => /^ddsrv {2}2 functions[^]*^plain +ready/m.test(screen),
      );
      equal(await terminal.ask("alternate_on"), "1");
      equal(await terminal.ask("cursor_flag"), "0");
      // top reads single keys again.
      await terminal.press("l");
      await terminal.shows("a log", (screen) => /^Log of plain/m.test(screen));
      await terminal.press("l");
      await terminal.shows("functions", (screen) => /^NAME /m.test(screen));
    }
    await terminal.press("q");
    await endsWith(terminal, 0);
  }],
  ["top: Escape, Ctrl-C and a terminal that goes away end it", async (server) => {
    await using terminal = await terminalOf(server, 80, 12);
    for (const key of ["Escape", "C-c"]) {
      await type(terminal, "top");
      await terminal.shows("both", (screen) => /^函数-loud +ready/m.test(screen));
      await terminal.press(key);
      await endsWith(terminal, 0);
    }
    await terminal.run("clear");
    await type(terminal, "top");
    // The leak check of the tests finds a process that would survive its terminal.
    await terminal.shows("both", (screen) => /^函数-loud +ready/m.test(screen));
  }],
  [
    "list --watch: draws in place, shows what is added, and Ctrl-C gives the terminal back",
    async (server) => {
      await using terminal = await terminalOf(server, 100, 20);
      await type(terminal, "list --watch");
      await terminal.shows("both", (screen) => /^plain +ready/m.test(screen));
      equal(await terminal.ask("cursor_flag"), "0");
      await server.write({ "added/index.ts": answering("added") });
      const screen = await terminal.shows("the new one", (screen) => /^added +ready/m.test(screen));
      equal(screen.match(/^NAME /gm)!.length, 1, screen);
      match(screen, /^函数-loud +ready/m);
      await terminal.resize(20, 20);
      const narrow = await terminal.shows("20 columns", (screen) => /^NAME +STATUS$/m.test(screen));
      for (const line of narrow.split("\n")) ok(stringWidth(line) <= 20, narrow);
      await terminal.resize(100, 20);
      const wide = await terminal.shows(
        "100 columns",
        (screen) => /^NAME .* REQUESTS/m.test(screen),
      );
      equal(wide.match(/^plain /gm)!.length, 1, wide);
      await terminal.press("C-c");
      doesNotMatch(await endsWith(terminal, 0), /\^C/);
    },
  ],
  ["list --watch: q and Escape end it", async (server) => {
    await using terminal = await terminalOf(server, 100, 20);
    for (const key of ["q", "Escape"]) {
      await type(terminal, "list --watch");
      await terminal.shows("both", (screen) => /^plain +ready/m.test(screen));
      await terminal.press("x", "Down", key);
      doesNotMatch(await endsWith(terminal, 0), /\^\[/);
    }
  }],
  ["list --watch: Ctrl-Z gives the terminal back, and fg draws all of it anew", async (server) => {
    await using terminal = await terminalOf(server, 100, 30);
    await terminal.run("echo before");
    await type(terminal, "list --watch");
    await terminal.shows("both", (screen) => /^plain +ready/m.test(screen));
    await terminal.press("C-z");
    doesNotMatch(await stops(terminal), /^NAME |\^Z/m);
    await server.write({ "second/index.ts": answering("second") });
    await server.answers("/second", "second");
    // Its connection for the next poll closes in the meantime.
    await eventually("the supervisor has closed its connection", async () => {
      const sockets = await Deno.readTextFile("/proc/net/unix");
      return !sockets.split("\n").some((line) =>
        / 03 +\d+ /.test(line) && line.endsWith(server.socket)
      );
    });
    await terminal.run(`clear; fg; echo "code:$?"`);
    const again = await terminal.shows("the new one", (screen) => /^second +ready/m.test(screen));
    equal(again.match(/^NAME /gm)!.length, 1, again);
    equal(again.match(/^plain /gm)!.length, 1, again);
    equal(await terminal.ask("cursor_flag"), "0");
    await terminal.press("q");
    await endsWith(terminal, 0);
  }],
  [
    "list --watch: without a terminal to read keys from, it goes on until Ctrl-C",
    async (server) => {
      await using terminal = await terminalOf(server, 100, 20);
      await type(terminal, "list --watch < /dev/null");
      await terminal.shows("both", (screen) => /^plain +ready/m.test(screen));
      await server.write({ "third/index.ts": answering("third") });
      await terminal.shows("the new one", (screen) => /^third +ready/m.test(screen));
      await terminal.press("C-c");
      await endsWith(terminal, 0);
    },
  ],
  [
    "top and list --watch: a supervisor that does not answer holds up nobody who leaves",
    async (server) => {
      for (
        const [command, key] of [["top", "q"], ["top", "C-c"], ["list --watch", "C-c"]] as const
      ) {
        await using terminal = await terminalOf(server, 80, 12);
        await type(terminal, command);
        await terminal.shows("both", (screen) => /^函数-loud +ready/m.test(screen));
        server.signal("SIGSTOP");
        try {
          await terminal.press("j", key);
          await endsWith(terminal, 0);
        } finally {
          server.signal("SIGCONT");
        }
      }
    },
  ],
];

Deno.test("top, list --watch and others on a terminal, with a supervisor", async (test) => {
  await using server = await startServer({ files });
  await ready(server);
  for (const [name, run] of steps) await test.step(name, () => run(server));
});

Deno.test("top and list --watch exit with code 3 when the supervisor stops", async () => {
  await using server = await startServer({ files });
  await ready(server);
  await using first = await terminalOf(server, 80, 12);
  await using second = await terminalOf(server, 80, 12);
  await type(first, "top");
  await type(second, "list --watch");
  for (const terminal of [first, second]) {
    await terminal.shows("both", (screen) => /^函数-loud +ready/m.test(screen));
  }
  server.signal("SIGTERM");
  for (const terminal of [first, second]) {
    const screen = await endsWith(terminal, 3);
    match(screen, /ddsrv: No supervisor is running(?: on|:)/);
  }
});

Deno.test("top says that it needs a terminal", async () => {
  const { code, stdout, stderr } = await runCli(["top"]);
  deepEqual([code, stdout], [2, ""]);
  match(stderr, /top needs a terminal.*ddsrv list --json/);
});
