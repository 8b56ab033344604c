import assert from "node:assert/strict";
import { join } from "node:path";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import {
  answering,
  type CliResult,
  COMMAND,
  host,
  makeDirectory,
  runCli,
  type Server,
  startServer,
  testEnvironment,
  writeFiles,
} from "./support/harness.ts";
import { PROBE, probe } from "./support/probe.ts";
import { openTerminal, PROMPT } from "./support/pty.ts";

const SECRET = "s3cr3t-0123456789";

/** Runs `ddsrv env` with a text on standard input. */
async function feed(server: Server, args: string[], input: string): Promise<CliResult> {
  const [program = "", ...first] = COMMAND;
  const child = new Deno.Command(program, {
    args: [...first, "env", ...args],
    env: { ...testEnvironment(), DDSRV_SOCKET: server.socket },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // It may exit before it has read all input.
  await writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** Sets a variable and asserts success. */
async function set(server: Server, name: string, variable: string, value: string): Promise<void> {
  const { code, stderr } = await feed(server, ["set", name, variable], value);
  assert.equal(code, 0, stderr);
}

/** Returns the path of a function's stored variables. */
function storePath(state: string, server: Server, name: string): string {
  return join(state, "variables", deriveOwnerId(server.functions), `${name}.json`);
}

/** Starts a server with its own state directory. */
async function startWithState(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly server: Server; readonly state: string } & AsyncDisposable> {
  const directory = await makeDirectory();
  const state = join(directory, "state");
  const server = await startServer({ directory, files, env: { DDSRV_STATE_DIRECTORY: state } });
  return {
    server,
    state,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

Deno.test("env set, list, import and unset reload only that function and print no value", async () => {
  await using opened = await startWithState({
    "app/index.ts": PROBE,
    "app/.env": "A=own\nB=own\nC=own\n",
    "app/ddsrv.json": '{ "env": { "B": "manifest" } }',
    "other/index.ts": PROBE,
  });
  const { server, state } = opened;
  await server.said("app ready");
  await server.said("other ready");
  const other = await server.inspect("other");

  const first = await feed(server, ["set", "app", "TOKEN"], `${SECRET}-1\n`);
  assert.deepEqual(first, {
    code: 0,
    stdout: "",
    stderr: "app: TOKEN set; function reloaded\n",
  });
  assert.equal(await probe(server, "app", "variable|TOKEN"), `${SECRET}-1`);
  const { pid, revision } = await server.inspect("app");
  const again = await feed(server, ["set", "app", "TOKEN"], `${SECRET}-1`);
  assert.equal(again.stderr, "app: nothing changed; no reload needed\n");
  assert.equal((await server.inspect("app")).pid, pid);

  const settings = `# comment\nB='${SECRET}-b'\nexport D="${SECRET} d"\n`;
  const imported = await feed(server, ["import", "app", "-"], settings);
  assert.equal(imported.stderr, "app: B, D set; function reloaded\n");
  assert.equal(await probe(server, "app", "variable|B"), `${SECRET}-b`);
  assert.equal(await probe(server, "app", "variable|C"), "own");
  await writeFiles(server.directory, { "more.env": `A=${SECRET}-a\n` });
  assert.equal(
    (await server.cli("env", "import", "app", join(server.directory, "more.env"))).code,
    0,
  );
  // Only the last newline is removed.
  await set(server, "app", "LINES", `one\ntwo\n\n`);
  assert.equal(await probe(server, "app", "variable|LINES"), "one\ntwo\n");
  await set(server, "app", "EMPTY", "\n");
  assert.equal(await probe(server, "app", "variable|EMPTY"), "");

  const table = (await server.cli("env", "list", "app")).stdout;
  assert.match(table, /^VARIABLE +FROM +SET +OVERRIDES\n/);
  assert.match(table, /\nB +ddsrv env +20\S+Z +\.env, manifest\n/);
  assert.match(table, /\nC +\.env +- +-\n/);
  // So does inspect, which shows no value either.
  const inspected = await server.cli("inspect", "app");
  assert.ok(inspected.stdout.endsWith(`\n\n${table}`), inspected.stdout);
  const asJson = (await server.cli("inspect", "app", "--json")).stdout;
  assert.deepEqual(JSON.parse(asJson).variables[2], {
    name: "C",
    source: "dotEnv",
    overrides: [],
    setAt: null,
  });
  for (const text of [inspected.stdout, asJson]) assert.ok(!text.includes(SECRET));
  const { stdout } = await server.cli("env", "list", "app", "--json");
  const reports = JSON.parse(stdout) as { readonly name: string }[];
  assert.deepEqual(reports.map(({ name }) => name), [
    "A",
    "B",
    "C",
    "D",
    "EMPTY",
    "LINES",
    "TOKEN",
  ]);

  const unset = await server.cli("env", "unset", "app", "B", "D", "LINES", "EMPTY");
  assert.deepEqual([unset.code, unset.stderr], [
    0,
    "app: B, D, EMPTY, LINES unset; function reloaded\n",
  ]);
  assert.equal(await probe(server, "app", "variable|B"), "manifest");
  const missing = await server.cli("env", "unset", "app", "C", "A");
  assert.equal(missing.code, 1);
  assert.equal(
    missing.stderr,
    'app: A unset; function reloaded\nddsrv: "C" is not set for "app". See: ddsrv env list app\n',
  );
  assert.equal(await probe(server, "app", "variable|A"), "own");

  assert.equal((await server.inspect("other")).pid, other.pid);
  assert.equal((await server.inspect("app")).revision, revision);
  const path = storePath(state, server, "app");
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  assert.equal((await Deno.stat(join(state, "variables"))).mode! & 0o777, 0o700);
  assert.match(await probe(server, "app", `read|${path}`), /^failed: /);
  const uid = Number((await probe(server, "app", "uid")).split(" ")[0]);
  const reader = await new Deno.Command("setpriv", {
    args: [`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "cat", path],
  }).output();
  assert.equal(reader.success, false);
  for (const text of await allThatIsSaid(server, "app")) assert.ok(!text.includes(SECRET), text);
});

/** Returns all output about a function, and what other users see of its process. */
async function allThatIsSaid(server: Server, name: string): Promise<string[]> {
  const said: string[] = [server.output()];
  const verbs = [["list"], ["logs"], ["inspect", name], ["inspect", name, "--json"]];
  for (const verb of [...verbs, ["env", "list", name], ["env", "list", name, "--json"]]) {
    const { stdout, stderr } = await server.cli(...verb);
    said.push(stdout, stderr);
  }
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    said.push(await Deno.readTextFile(`/proc/${entry.name}/cmdline`).catch(() => ""));
  }
  const { pid } = await server.inspect(name);
  said.push(await Deno.readTextFile(`/proc/${pid}/environ`));
  for await (const entry of Deno.readDir(server.logs)) {
    said.push(await Deno.readTextFile(join(server.logs, entry.name)));
  }
  return said;
}

Deno.test("env set prompts for a value without echoing it and restores the terminal", async () => {
  await using server = await startServer({ files: { "app/index.ts": PROBE } });
  await server.said("app ready");
  await using terminal = await openTerminal({
    columns: 100,
    rows: 20,
    env: { DDSRV_SOCKET: server.socket, ...testEnvironment() },
  });
  const command = COMMAND.join(" ");
  const isEnded = (code: number) => (screen: string): boolean =>
    screen.includes(`code:${code}\n${PROMPT}`);
  const asks = (variable: string): Promise<string> =>
    terminal.shows(
      "the question",
      (screen) => screen.includes(`Value of ${variable} for app (not shown):`),
    );

  await terminal.run(`clear; ${command} env set app TOKEN OTHER; echo "code:$?"`);
  await asks("TOKEN");
  await terminal.run(SECRET);
  await asks("OTHER");
  await terminal.press(
    "w",
    "r",
    "o",
    "n",
    "g",
    "C-u",
    "r",
    "i",
    "g",
    "h",
    "y",
    "BSpace",
    "t",
    "Enter",
  );
  const shown = await terminal.shows("its end", isEnded(0));
  assert.ok(shown.includes("app: OTHER, TOKEN set; function reloaded"), shown);
  assert.ok(!shown.includes(SECRET) && !shown.includes("right"), shown);
  assert.equal(await probe(server, "app", "variable|TOKEN"), SECRET);
  assert.equal(await probe(server, "app", "variable|OTHER"), "right");

  await terminal.run(`clear; ${command} env set app THIRD; echo "code:$?"`);
  await asks("THIRD");
  await terminal.press("h", "a", "l", "f", "C-c");
  const ended = await terminal.shows("its end", isEnded(130));
  assert.ok(ended.includes("Interrupted. Nothing was set"), ended);
  assert.ok(!ended.includes("half"), ended);
  assert.equal(await probe(server, "app", "variable|THIRD"), "unset");
  await terminal.run("clear; stty -a");
  const modes = await terminal.shows("all modes", (screen) => /icanon/.test(screen));
  assert.match(modes, /\sicanon\s/);
  assert.match(modes, /\secho\s/);
});

Deno.test("env: variables survive --replace and rollback, and rm removes them", async () => {
  await using opened = await startWithState({});
  const { server, state } = opened;
  const source = join(server.directory, "app");
  await writeFiles(source, {
    "index.ts": `// one\n${PROBE}`,
    "ddsrv.json": '{ "env": { "A": "1" } }',
  });
  const env = { DDSRV_SOCKET: server.socket, PASSED: `${SECRET}-passed` };
  const added = await runCli(["add", source, "--env", "PASSED"], env);
  assert.equal(added.code, 0, added.stderr);
  assert.equal(await probe(server, "app", "variable|PASSED"), `${SECRET}-passed`);
  assert.equal(
    await Deno.readTextFile(join(server.functions, "app/ddsrv.json")),
    '{ "env": { "A": "1" } }',
  );
  // A .env in the served folder is kept if the new folder has none.
  await server.write({ "app/.env": "HAND=made\n" });
  await writeFiles(source, { "index.ts": `// two\n${PROBE}` });
  const replaced = await server.cli("add", source, "--replace");
  assert.equal(replaced.code, 0, replaced.stderr);
  assert.match(
    replaced.stderr,
    /Kept the \.env of the previous folder, because the new one has none\n/,
  );
  assert.equal(await probe(server, "app", "variable|PASSED"), `${SECRET}-passed`);
  assert.equal(await probe(server, "app", "variable|HAND"), "made");
  await writeFiles(source, { ".env": "HAND=brought\n" });
  assert.equal((await server.cli("add", source, "--replace")).code, 0);
  assert.equal(await probe(server, "app", "variable|HAND"), "brought");

  // The new variable takes effect even if the source is the same.
  const changed = await runCli(["add", source, "--replace", "--env", "PASSED"], {
    ...env,
    PASSED: "another",
  });
  assert.equal(changed.code, 0, changed.stderr);
  assert.equal(await probe(server, "app", "variable|PASSED"), "another");

  // If the function does not become ready, its new variables are rolled back.
  await writeFiles(source, { "index.ts": "Deno.exit(3);\n" });
  const failed = await runCli(["add", source, "--replace", "--env", "PASSED"], {
    ...env,
    PASSED: "bad",
  });
  assert.equal(failed.code, 1);
  assert.equal((await server.cli("reload", "app")).code, 0);
  assert.equal(await probe(server, "app", "variable|PASSED"), "another");

  await set(server, "app", "PASSED", "of today");
  const back = await server.cli("rollback", "app");
  assert.equal(back.code, 0, back.stderr);
  assert.equal(await probe(server, "app", "variable|PASSED"), "of today");

  const path = storePath(state, server, "app");
  assert.equal((await server.cli("rm", "app", "--keep-data")).code, 0);
  await Deno.stat(path);
  const listed = await server.cli("env", "list", "app", "--json");
  assert.deepEqual(JSON.parse(listed.stdout).map(({ name }: { name: string }) => name), ["PASSED"]);
  await writeFiles(source, { "index.ts": PROBE });
  assert.equal((await server.cli("add", source)).code, 0);
  assert.equal(await probe(server, "app", "variable|PASSED"), "of today");
  assert.equal((await server.cli("rm", "app")).code, 0);
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  assert.equal((await server.cli("env", "list", "app")).code, 4);
});

Deno.test("env set restarts a function that failed because a variable was missing", async () => {
  await using opened = await startWithState({
    "needs/index.ts": `if (!Deno.env.get("TOKEN")) throw new Error("TOKEN is missing");\n${PROBE}`,
  });
  const { server } = opened;
  await server.said("needs failed");
  const early = await feed(server, ["set", "later", "TOKEN"], SECRET);
  assert.deepEqual([early.code, early.stderr], [
    0,
    "later: TOKEN set; the function does not exist yet; they apply when it is added\n",
  ]);
  assert.match((await feed(server, ["set", "need", "A"], "1")).stderr, /Did you mean "needs"\?/);
  const { code, stderr } = await feed(server, ["set", "needs", "TOKEN"], SECRET);
  assert.deepEqual([code, stderr], [0, "needs: TOKEN set; function reloaded\n"]);
  await server.write({ "later/index.ts": PROBE });
  await server.said("later ready");
  assert.equal(await probe(server, "later", "variable|TOKEN"), SECRET);
  const gone = await server.cli("env", "unset", "needs", "TOKEN");
  assert.equal(gone.code, 1);
  assert.match(
    gone.stderr,
    /needs: TOKEN unset, but the function does not serve with them: [^]*TOKEN is missing/,
  );
  // The running function keeps serving with its previous variables.
  assert.equal(await probe(server, "needs", "variable|TOKEN"), SECRET);
});

Deno.test("env: concurrent changes do not overwrite each other", async () => {
  await using server = await startServer({ files: { "app/index.ts": PROBE } });
  await server.said("app ready");
  const names = Array.from({ length: 6 }, (_, index) => `V${index}`);
  const done = await Promise.all(names.map((one) => feed(server, ["set", "app", one], one)));
  assert.deepEqual(done.map(({ code }) => code), names.map(() => 0), JSON.stringify(done));
  for (const one of names) assert.equal(await probe(server, "app", `variable|${one}`), one);
  assert.equal((await server.cli("rm", "app")).code, 0);
});

Deno.test("env sets nothing on bad input and says what to do", async () => {
  await using opened = await startWithState({ "app/index.ts": PROBE });
  const { server } = opened;
  await server.said("app ready");
  const { pid } = await server.inspect("app");
  const rows: readonly (readonly [args: string[], input: string, code: number, said: RegExp])[] = [
    [
      ["set", "app", `TOKEN=${SECRET}`],
      "",
      2,
      /Name "TOKEN" without its value: every user of this/,
    ],
    [["set", "app", `=${SECRET}`], "", 2, /can't be the name of a variable: use letters/],
    [["set", "app", ""], "x", 2, /"" can't be the name of a variable/],
    [["set", "app", "A\nB"], "x", 2, /"A\\nB" can't be the name of a variable/],
    [["set", "app", "DDSRV_DATA"], "x", 2, /"DDSRV_DATA" can't be set: ddsrv sets it itself/],
    [["set", "app", "LD_PRELOAD"], "x", 2, /"LD_PRELOAD" can't be set: the dynamic linker/],
    [["set", "app"], "x", 2, /Name the variables to set/],
    [["set", "app", "A", "B"], "x", 2, /can set only one variable\. [^]*ddsrv env import app -/],
    [["set", "app", "A"], "", 1, /Standard input is empty, so "A" was not set/],
    [["set", "app", "A"], "a\0b", 1, /The value of "A" holds a NUL/],
    [["set", "app", "A"], "x".repeat(1_000_000), 1, /"A" is longer than 131074 bytes/],
    [["set", "app", "A"], "x".repeat(131_070), 1, /"A" has 131073 bytes with its name/],
    [
      ["set", "../app", "A"],
      "x",
      2,
      /"..\/app" can't be a function's name: it begins with \. or _/,
    ],
    [["import", "app", "-"], "", 1, /Standard input sets no variable\. Write NAME=VALUE/],
    [["import", "app", "-"], `A=1\nB.C=${SECRET}\n`, 1, /"B\.C" can't be the name/],
    [["import", "app", "/nowhere"], "", 1, /Cannot read "\/nowhere": [^]*Name an env file/],
    [["import", "app"], "", 2, /Name one env file to import, or - to/],
    [["list", "app", "A"], "", 2, /list takes only the name of a function/],
    [["list", "ap"], "", 4, /no function "ap"\. Did you mean "app"\?/],
    [["unset", "ap", "A"], "", 4, /no function "ap"/],
  ];
  for (const [args, input, code, said] of rows) {
    const result = await feed(server, args, input);
    assert.equal(result.code, code, `${args}: ${result.stderr}`);
    assert.match(result.stderr, said);
    assert.ok(!(result.stdout + result.stderr).includes(SECRET), result.stderr);
  }
  assert.deepEqual(JSON.parse((await server.cli("env", "list", "app", "--json")).stdout), []);
  // The total size is limited too.
  const many = Array.from({ length: 7 }, (_, index) => `V${index}=${"x".repeat(130_000)}\n`);
  assert.equal((await feed(server, ["import", "app", "-"], many.join(""))).code, 0);
  await set(server, "app", "V7", "x".repeat(131_000));
  const over = await feed(server, ["set", "app", "V8"], "x".repeat(131_000));
  assert.equal(over.code, 1);
  assert.match(over.stderr, /All variables together would have \d+ bytes, and at most 1048576/);
  assert.equal(await probe(server, "app", "variable|V7"), "x".repeat(131_000));
  assert.notEqual((await server.inspect("app")).pid, pid);
  const none = await runCli(["env", "set", "app", "A"], {
    DDSRV_SOCKET: join(server.directory, "no"),
  });
  assert.equal(none.code, 3);
});

Deno.test("env loses nothing with a full or read-only state directory or a broken store", async () => {
  await using opened = await startWithState({ "app/index.ts": PROBE });
  const { server, state } = opened;
  await server.said("app ready");
  const place = join(state, "variables");
  await Deno.mkdir(place, { mode: 0o700 });
  await host("mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", place);
  try {
    await set(server, "app", "A", "first");
    const full = await feed(server, ["set", "app", "B"], SECRET + "x".repeat(100_000));
    assert.equal(full.code, 1);
    assert.match(
      full.stderr,
      /^ddsrv: Cannot write "\S+\/app\.json": no space left on the device\. Nothing was/,
    );
    assert.ok(!full.stderr.includes(SECRET));
    await host("mount", "-o", "remount,ro", place);
    const closed = await feed(server, ["set", "app", "B"], SECRET);
    assert.equal(closed.code, 1);
    assert.match(
      closed.stderr,
      /the file system is read-only\. Nothing was changed\. Mount it writable/,
    );
    const fixed = await server.cli("env", "unset", "app", "A");
    assert.match(fixed.stderr, /the file system is read-only/);
    await host("mount", "-o", "remount,rw", place);
    assert.equal(await probe(server, "app", "variable|A"), "first");

    const path = storePath(state, server, "app");
    const good = await Deno.readTextFile(path);
    const bad: readonly (readonly [string, () => Promise<void>, RegExp])[] = [
      ["cut", () => Deno.writeTextFile(path, good.slice(0, -9)), /its content is not valid/],
      ["link", async () => {
        await Deno.writeTextFile(`${path}.away`, good);
        await Deno.symlink(`${path}.away`, path);
      }, /it is a link\./],
      ["directory", () => Deno.mkdir(path), /it is not a regular file/],
    ];
    for (const [what, spoil, said] of bad) {
      await Deno.remove(path);
      await spoil();
      const refused = await feed(server, ["set", "app", "B"], SECRET);
      assert.equal(refused.code, 1, what);
      assert.match(refused.stderr, said);
      assert.match(refused.stderr, /Restore the file from a backup, or remove it and set the/);
      const reloaded = await server.cli("reload", "app");
      assert.equal(reloaded.code, 1, what);
      assert.match(reloaded.stderr, /Cannot start the function\n[^]*Cannot read the variables in/);
      // The running function keeps serving with its variables.
      assert.equal(await probe(server, "app", "variable|A"), "first");
      await Deno.remove(path);
      await Deno.writeTextFile(path, good);
    }
    assert.equal((await server.cli("reload", "app")).code, 0);
    assert.equal(await probe(server, "app", "variable|A"), "first");
  } finally {
    await host("umount", place);
  }
});

Deno.test("env: permissions apply to stored variables, add --link sets some, and a restart keeps them", async () => {
  await using opened = await startWithState({
    "ddsrv.json": '{ "permissions": { "env": ["SEEN"] } }',
    "app/index.ts": PROBE,
  });
  const { server } = opened;
  await server.said("app ready");
  await feed(server, ["import", "app", "-"], "SEEN=1\nHIDDEN=1\n");
  assert.equal(await probe(server, "app", "variable|SEEN"), "1");
  assert.match(await probe(server, "app", "variable|HIDDEN"), /^failed: NotCapable/);
  const source = join(server.directory, "linked");
  await writeFiles(source, { "index.ts": answering("linked") });
  const added = await server.cli("add", source, "--link", "--env", "SEEN=2");
  assert.equal(added.code, 0, added.stderr);
  await server.write({ "copied/index.ts": PROBE, "copied/.env": "A=1\n" });
  await server.said("copied ready");
  const refused = await server.cli("add", source, "--link", "--replace", "--name", "copied");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /"copied" would lose its \.env, because "\S+" has none/);
  server.signal("SIGTERM");
  await server.exited;
  const { directory } = server;
  await using next = await startServer({ directory, env: { DDSRV_STATE_DIRECTORY: opened.state } });
  await next.said("app ready");
  assert.equal(await probe(next, "app", "variable|SEEN"), "1");
});
