import assert from "node:assert/strict";
import { join } from "node:path";
import { openLogFile } from "../../lib/logs/log_file.ts";
import {
  answering,
  type CliResult,
  eventually,
  makeDirectory,
  runCli,
  startServer,
} from "./support/harness.ts";
import { startFollower } from "./support/logs_follower.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";

const LOG = [
  "2026-01-31T09:00:00.100Z stdout F started",
  "2026-01-31T09:00:00.300Z stderr F warning: \x1b[31mhot\x1b[0m",
  "2026-01-31T09:00:00.500Z stdout P a long ",
  "2026-01-31T09:00:00.500Z stdout F line",
].map((line) => `${line}\n`).join("");

const OTHER = [
  `{"log":"other\\n","stream":"stdout","time":"2026-01-31T09:00:00.200Z"}`,
  "this is no record",
  `{"log":"cut","stream":"stderr","time":"2026-01-31T09:00:00.600Z"}`,
].map((line) => `${line}\n`).join("");

/** Creates a directory of logs, and returns a function that runs `ddsrv logs` on it. */
async function logsOf(
  files: Readonly<Record<string, string>>,
): Promise<
  AsyncDisposable & { directory: string; logs: (...args: string[]) => Promise<CliResult> }
> {
  const directory = await makeDirectory();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(directory, name), text);
  }
  const place = ["--logs-dir", directory, "--socket", join(directory, "none.sock")];
  return {
    directory,
    logs: (...args) => runCli(["logs", ...args, ...place]),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

const golden: readonly [args: string, lines: readonly string[]][] = [
  ["", [
    "2026-01-31T09:00:00.100Z [app] started",
    "2026-01-31T09:00:00.200Z [other] other",
    "2026-01-31T09:00:00.300Z [app] warning: \\x1b[31mhot\\x1b[0m",
    "2026-01-31T09:00:00.500Z [app] a long line",
    "2026-01-31T09:00:00.600Z [other] cut…",
  ]],
  ["app -n 1", ["2026-01-31T09:00:00.500Z [app] a long line"]],
  ["app app other -n 1", [
    "2026-01-31T09:00:00.500Z [app] a long line",
    "2026-01-31T09:00:00.600Z [other] cut…",
  ]],
  ["app -n 0", []],
  ["app -n all --stderr", ["2026-01-31T09:00:00.300Z [app] warning: \\x1b[31mhot\\x1b[0m"]],
  ["--grep ^(started|other)$ --no-prefix", ["started", "other"]],
  ["--since 2026-01-31T09:00:00.3Z --until 2026-01-31T10:00:00.5+01:00 --no-prefix", [
    "warning: \\x1b[31mhot\\x1b[0m",
    "a long line",
  ]],
  ["app --json -n 2", [
    '{"name":"app","time":"2026-01-31T09:00:00.500Z","stream":"stdout","text":"a long ","isPartial":true}',
    '{"name":"app","time":"2026-01-31T09:00:00.500Z","stream":"stdout","text":"line","isPartial":false}',
  ]],
  ["--since 1s", []],
];

for (const [args, lines] of golden) {
  Deno.test(`logs: ${args || "without arguments"}`, async () => {
    await using place = await logsOf({ "app.log": LOG, "other.log": OTHER });
    const { code, stdout } = await place.logs(...args.split(" ").filter(Boolean));
    assert.deepEqual([code, stdout], [0, lines.map((line) => `${line}\n`).join("")]);
  });
}

Deno.test("logs counts and reports invalid lines and prints the others", async () => {
  await using place = await logsOf({
    "app.log": `\0\xff\r\n\n${LOG.replaceAll("\n", "\r\n")}${"x".repeat(5_000_000)}`,
  });
  const { code, stdout, stderr } = await place.logs("--no-prefix", "-n", "1");
  assert.deepEqual([code, stdout], [0, "a long line\n"]);
  assert.equal(
    (await place.logs("-n", "all")).stderr,
    `ddsrv: Skipped 2 lines of "${place.directory}/app.log": not a log record\n`,
  );
  assert.match(stderr, /^ddsrv: Skipped (1 line|2 lines) of /);
});

Deno.test("logs reports invalid options as usage errors", async () => {
  await using place = await logsOf({ "app.log": LOG });
  const table: readonly (readonly [string[], RegExp])[] = [
    [["--since", "yesterday"], /"yesterday" is not a time\. Write how long ago \(10m, 1h30m, 2d\)/],
    [["--until", "2026-02-30"], /"2026-02-30" is not a time/],
    [["--since", "1m", "--until", "2m"], /--since is later than --until/],
    [["--until", "1m", "--follow"], /--until and --follow contradict each other/],
    [["--grep", "("], /Invalid regular expression/],
    [["-n", "some"], /Give a whole number/],
  ];
  for (const [args, message] of table) {
    const { code, stdout, stderr } = await place.logs(...args);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.match(stderr, message);
  }
});

Deno.test("logs refuses unknown names", async () => {
  await using place = await logsOf({ "shop.log": LOG });
  const { code, stdout, stderr } = await place.logs("shopp");
  assert.deepEqual([code, stdout], [4, ""]);
  assert.match(
    stderr,
    /There is no function "shopp" and no log of it in .*\. Did you mean "shop"\?/,
  );
  assert.match((await place.logs("../shop")).stderr, /There is no function "\.\.\/shop"/);
});

Deno.test("logs skips pipes and directories, or refuses them by name", async () => {
  await using place = await logsOf({ "app.log": LOG });
  await Deno.mkdir(join(place.directory, "d.log"));
  await command("mkfifo", join(place.directory, "p.log"));
  await Deno.symlink(join(place.directory, "p.log"), join(place.directory, "l.log"));
  const all = await place.logs("app", "-n", "1", "--no-prefix");
  assert.deepEqual(all, { code: 0, stdout: "a long line\n", stderr: "" });
  const link = await place.logs("app", "l", "-n", "1", "--no-prefix");
  assert.deepEqual([link.code, link.stdout], [1, "a long line\n"]);
  assert.equal(link.stderr, `ddsrv: Cannot read "${place.directory}/l.log": It is not a file\n`);
});

Deno.test("logs prints readable logs even if one can't be read", async () => {
  await using user = await ordinaryUser();
  const directory = join(user.directory, "logs");
  await Deno.mkdir(directory);
  await Deno.writeTextFile(join(directory, "app.log"), LOG);
  await Deno.writeTextFile(join(directory, "secret.log"), LOG, { mode: 0o600 });
  const [program = "", ...args] = user.command;
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args, "logs", "--logs-dir", directory, "-n", "1", "--no-prefix"],
    env: user.env,
  }).output();
  assert.equal(code, 1);
  assert.equal(new TextDecoder().decode(stdout), "a long line\n");
  assert.match(
    new TextDecoder().decode(stderr),
    /^ddsrv: Cannot read ".*\/secret\.log": .*Permission denied.*\. Run it with sudo\n$/,
  );
});

Deno.test("logs ends quietly when its reader closes, also without new lines", async () => {
  await using place = await logsOf({ "app.log": LOG });
  for (const more of ["", "--follow"]) {
    const script = `"$@" ${more} | head -n 1; echo "code \${PIPESTATUS[0]}"`;
    const main = new URL("../../cli/main.ts", import.meta.url).pathname;
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", script, "bash", Deno.execPath(), "run", "--quiet", "--allow-all", main, "logs"]
        .concat("--logs-dir", place.directory, "--no-prefix"),
      stdin: "null",
    }).output();
    assert.equal(new TextDecoder().decode(stdout), "started\ncode 0\n");
    assert.equal(new TextDecoder().decode(stderr), "");
  }
});

Deno.test("logs --follow continues after rotation and finds new logs", async () => {
  await using place = await logsOf({ "app.log": LOG });
  await using follower = startFollower("--logs-dir", place.directory, "--no-prefix", "-n", "1");
  await follower.prints("a long line\n");
  {
    await using log = openLogFile({
      directory: place.directory,
      name: "app",
      format: "docker",
      maxBytes: 100,
      onWarning: assert.fail,
    });
    // Each line goes to its own file, all between two polls.
    for (const text of ["1", "2", "3"]) {
      log.write({
        time: new Date().toISOString(),
        stream: "stdout",
        text: `said ${text}`,
        isPartial: false,
      });
    }
  }
  await follower.prints("said 1\nsaid 2\nsaid 3\n");
  await Deno.writeTextFile(join(place.directory, "new.log"), LOG.replace("started", "new here"));
  await follower.prints("new here\n");
  assert.equal(await follower.stop(), 0);
});

Deno.test("logs shows output and state changes across restarts", async () => {
  const talker = (text: string): string =>
    `console.log("out ${text}"); console.error("err ${text}");\n${answering(text)}`;
  const directory = await makeDirectory();
  const args = ["app", "--logs-dir", join(directory, "logs"), "--no-prefix"];
  {
    await using server = await startServer({
      isChecked: true,
      directory,
      files: { "app/index.ts": talker("one"), "quiet/index.ts": "const wrong: number = 'x';\n" },
    });
    await server.answers("/app", "one");
    await using follower = startFollower(...args, "--stderr");
    await follower.prints("err one\n");
    await server.write({ "app/index.ts": talker("two") });
    await follower.prints("err two\n");
    assert.ok(!follower.output().includes("out "), follower.output());
    await server.write({ "app/index.ts": "const wrong: number = 'text';\n" });
    await follower.prints("keeps serving");
    await follower.prints("error: Type checking failed.\n");
    assert.equal((await server.cli("logs", "quiet")).code, 0);
    assert.equal((await server.cli("logs", "nobody")).code, 4);
    assert.match(server.output(), /^\[app\] out two$/m);
  }
  const { code, stdout } = await runCli(["logs", ...args]);
  assert.equal(code, 0);
  assert.deepEqual(marksOf(stdout), [
    "ddsrv: revision R starts (pid N)",
    "ddsrv: revision R is ready (pid N)",
    "ddsrv: revision R starts (pid N)",
    "ddsrv: revision R is ready (pid N)",
    "ddsrv: revision R stopped (pid N)",
    "ddsrv: revision R failed: The check failed (the old revision keeps serving)",
    "ddsrv: revision R stopped (pid N)",
  ]);
  const said = stdout.split("\n").filter((line) => /^(out|err) /.test(line));
  assert.deepEqual(said.toSorted(), ["err one", "err two", "out one", "out two"]);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("logs accepts and follows a function that has written nothing", async () => {
  await using server = await startServer({
    files: { "app/index.ts": answering("app") },
    flags: ["--no-check", "--idle", "1h"],
  });
  // It is idle from the start, so its log has no other records.
  const path = join(server.logs, "app.log");
  await eventually("its log", () => Deno.stat(path).then(({ size }) => size > 0, () => false));
  await Deno.remove(path);
  assert.deepEqual(await server.cli("logs", "app"), { code: 0, stdout: "", stderr: "" });
  await using follower = startFollower("app", "--socket", server.socket, "--no-prefix");
  await server.answers("/app", "app");
  await follower.prints("is ready");
});

function marksOf(output: string): string[] {
  return output.split("\n").filter((line) => line.startsWith("ddsrv: "))
    .map((line) => line.replace(/revision [0-9a-f]{12}/, "revision R").replace(/pid \d+/, "pid N"));
}

async function command(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}
