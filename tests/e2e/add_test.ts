import assert from "node:assert/strict";
import { join } from "node:path";
import type { FunctionReport } from "../../lib/control/api.ts";
import {
  answering,
  host,
  makeDirectory,
  runCli,
  startServer,
  writeFiles,
} from "./support/harness.ts";

/**
 * Asserts the progress lines for a function that becomes ready, without a terminal. A start may be
 * complete before the first query.
 */
function assertTold(stderr: string, name: string): void {
  assert.match(stderr, new RegExp(`^${name}: checking\n(?:${name}: starting\n)?$`));
}

Deno.test("add copies a folder, waits until it is ready and prints the URL", async () => {
  await using server = await startServer();
  await writeFiles(server.directory, {
    "src/index.ts": `import { text } from "./text.ts";\n${answering("").replace('""', "text")}`,
    "src/text.ts": 'export const text = "added";\n',
  });
  const source = join(server.directory, "src");
  const added = await server.cli("add", source, "--name", "app");
  assert.deepEqual([added.code, added.stdout], [0, `${server.url}/app\n`]);
  assertTold(added.stderr, "app");
  assert.equal(await (await fetch(`${server.url}/app`)).text(), "added");
  assert.deepEqual(await server.cli("add", source, "--name", "app"), {
    code: 1,
    stdout: "",
    stderr:
      'ddsrv: The function "app" already exists. Replace it with --replace, or remove it first: ' +
      "ddsrv rm app\n",
  });
  const again = await server.cli("add", source, "--name", "other", "--json");
  assertTold(again.stderr, "other");
  const report = JSON.parse(again.stdout) as FunctionReport;
  assert.deepEqual([report.name, report.status, report.pending], ["other", "ready", null]);
});

Deno.test("add leaves nothing behind after a failed check, a failed start or a timeout", async () => {
  await using server = await startServer({ isChecked: true });
  await writeFiles(server.directory, {
    "wrong/index.ts": "const wrong: number = 'text';\n",
    "dies/index.ts": "console.error('last words'); Deno.exit(7);\n",
    "late/index.ts": "setInterval(() => {}, 1000);\n",
    "mute/index.ts": "console.log('connecting'); setInterval(() => {}, 1000);\n",
    "mute/ddsrv.json": '{ "startTimeout": "1s" }',
    "empty/readme.txt": "",
  });
  const add = (name: string, ...more: string[]): ReturnType<typeof server.cli> =>
    server.cli("add", join(server.directory, name), ...more);
  const wrong = await add("wrong");
  assert.deepEqual([wrong.code, wrong.stdout], [1, ""]);
  assert.match(
    wrong.stderr,
    /TS2322[\s\S]*\/wrong\/index\.ts:1:7[\s\S]*"wrong" was not added: the check failed\. Fix the errors above\n$/,
  );
  assert.doesNotMatch(wrong.stderr, /ddsrv-added/);
  const dies = await add("dies");
  assert.deepEqual([dies.code, dies.stdout], [1, ""]);
  assert.ok(
    dies.stderr.endsWith(
      'last words\nddsrv: "dies" does not serve: Exited with code 7 before listening on ' +
        "a port. ddsrv removed it again\n",
    ),
    dies.stderr,
  );
  assert.match(
    (await add("late", "--timeout", "1")).stderr,
    /ddsrv: "late" does not serve: still (checking|starting) after 1 s\. .*ddsrv removed it again\n$/,
  );
  const mute = await add("mute");
  assert.match(
    mute.stderr,
    /connecting\nddsrv: "mute" does not serve: Did not listen on any port within 1 s\. Call Deno\.serve\(handler\), or export default \{ fetch \}\. ddsrv removed it again\n$/,
  );
  // Neither the check nor the start causes an internal error.
  assert.doesNotMatch(server.output(), /Cannot start the function|realpath|os error/);
  const wanted =
    "Name a directory with an index.ts or another entry, a file such as hello.ts, or - for a tar " +
    "archive";
  const unusable = [["empty", "has no index.ts or other entry"], ["missing", "does not exist"]];
  for (const [name = "", said] of unusable) {
    const { code, stderr } = await add(name);
    assert.equal(code, 1);
    assert.equal(stderr, `ddsrv: "${join(server.directory, name)}" ${said}. ${wanted}\n`);
  }
  assert.deepEqual(await names(server.functions), []);
});

Deno.test("add reports wrong usage before it changes anything", async () => {
  const directory = await makeDirectory();
  await writeFiles(directory, { "app/index.ts": "", "a.ts": "", "a.py": "", "a.tar": "" });
  const table: readonly (readonly [args: readonly string[], code: number, said: RegExp])[] = [
    [
      ["app", "--name", "a/b"],
      2,
      /"a\/b" can't be a function's name: the name contains a slash\. Ch/,
    ],
    [["app", "--name", "x".repeat(300)], 2, /the name has 300 bytes; at most 63 are allowed/],
    [
      ["app", "--name", "_x"],
      2,
      /"_x" can't be a function's name: it begins with \. or _\. Choose/,
    ],
    [["a.ts", "--link"], 2, /is a file, and --link needs a directory\. Leave out --link$/m],
    [["-", "--link"], 2, /Cannot link an archive\. Leave out --link$/m],
    [["app", "--env", "DDSRV_DATA=1"], 2, /"DDSRV_DATA" can't be set: ddsrv sets it itself/],
    [
      ["app", "--env", "1=1"],
      2,
      /"1" can't be the name of a variable\. Give NAME=VALUE, or NAME to/,
    ],
    [
      ["app", "--env", "NOT_HERE"],
      2,
      /"NOT_HERE" is not in the environment\. Run: export NOT_HERE=…/,
    ],
    [["app", "--timeout", "0"], 2, /Give a duration from 1s to 10m, such as 30s or 2m/],
    [
      ["app/index.ts"],
      2,
      /is the entry of a function\. Add its directory: ddsrv add \S+\/app; or add only/,
    ],
    [["a.tar"], 2, /looks like an archive\. Add it with: ddsrv add - < \S+\/a\.tar$/m],
    [
      ["a.py"],
      1,
      /a\.py" is not a module or a page\. Name a directory with an index\.ts or another entry, a /,
    ],
    [["/dev/null"], 1, /"\/dev\/null" is not a directory or a file\. Name a directory/],
    [["app"], 3, /No supervisor is running: its socket/],
  ];
  for (const [[path = "", ...args], code, said] of table) {
    const given = path === "-" ? path : join(path.startsWith("/") ? "" : directory, path);
    const socket = ["--socket", join(directory, "none.sock")];
    const result = await runCli(["add", given, ...args, ...socket]);
    assert.deepEqual([result.code, result.stdout], [code, ""], args.join(" "));
    assert.match(result.stderr, said);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("add serves a single file as a function without its local imports", async () => {
  await using server = await startServer({ isChecked: true });
  await writeFiles(server.directory, {
    "hello.ts": answering("from a file"),
    "apart.ts": 'import { text } from "./text.ts";\nDeno.serve(() => new Response(text));\n',
    "text.ts": 'export const text = "";\n',
  });
  const added = await server.cli("add", join(server.directory, "hello.ts"));
  assert.deepEqual([added.code, added.stdout], [0, `${server.url}/hello\n`]);
  assertTold(added.stderr, "hello");
  await server.answers("/hello", "from a file");
  assert.deepEqual(await names(join(server.functions, "hello")), ["index.ts"]);
  const apart = await server.cli("add", join(server.directory, "apart.ts"));
  assert.equal(apart.code, 1);
  assert.ok(apart.stderr.includes(`file://${server.directory}/apart.ts:1:`), apart.stderr);
  assert.ok(
    apart.stderr.endsWith(
      "apart.ts was added without the files that it imports. Add the directory that contains all of " +
        'them and an index.ts\nddsrv: "apart" was not added: the check failed. Fix the errors above\n',
    ),
    apart.stderr,
  );
});

Deno.test("add --link links a folder, removes the link on failure, and remove deletes only the link", async () => {
  await using server = await startServer({ isChecked: true });
  await writeFiles(server.directory, {
    "linked/index.ts": answering("linked"),
    "wrong/index.ts": "const wrong: number = 'text';\n",
  });
  assert.equal((await server.cli("add", "--link", join(server.directory, "linked"))).code, 0);
  assert.equal(await (await fetch(`${server.url}/linked`)).text(), "linked");
  assert.equal((await server.cli("add", "--link", join(server.directory, "wrong"))).code, 1);
  assert.deepEqual(await names(server.functions), ["linked"]);
  assert.equal((await server.cli("rm", "linked")).code, 0);
  assert.ok((await Deno.stat(join(server.directory, "linked/index.ts"))).isFile);
  assert.ok((await Deno.stat(join(server.directory, "wrong/index.ts"))).isFile);
});

Deno.test("add --no-wait returns before the function is ready", async () => {
  await using server = await startServer();
  await writeFiles(server.directory, {
    "app/index.ts": answering("app"),
    "never/index.ts": "setInterval(() => {}, 1000);\n",
  });
  const app = await server.cli("add", join(server.directory, "app"), "--no-wait");
  assert.deepEqual(app, {
    code: 0,
    stdout: `${server.url}/app\n`,
    stderr: "app: checking\napp was added and starts now. See: ddsrv inspect app\n",
  });
  await server.answers("/app", "app");
  const never = await server.cli("add", join(server.directory, "never"), "--no-wait", "--json");
  assert.deepEqual([never.code, JSON.parse(never.stdout).url], [0, `${server.url}/never`]);
});

Deno.test("add --env sets variables that only the function can read", async () => {
  await using server = await startServer();
  const manifest = '{\n  // why\n  "env": { "GREETING": "old", "KEPT": "kept" }\n}\n';
  await writeFiles(server.directory, {
    "app/index.ts": `const keys = ["GREETING", "KEPT", "PASSED"];
Deno.serve(() => new Response(keys.map((key) => Deno.env.get(key)).join()));\n`,
    "app/ddsrv.json": manifest,
  });
  const source = join(server.directory, "app");
  const env = { PASSED: "from here", DDSRV_SOCKET: server.socket };
  const args = ["add", source, "--env", "GREETING=a=b", "-e", "PASSED"];
  assert.equal((await runCli(args, env)).code, 0);
  await server.answers("/app", "a=b,kept,from here");
  assert.equal(await Deno.readTextFile(join(source, "ddsrv.json")), manifest);
  const written = join(server.functions, "app/ddsrv.json");
  assert.equal(await Deno.readTextFile(written), manifest);
  const { stdout } = await server.cli("env", "list", "app");
  assert.match(stdout, /GREETING +ddsrv env .* manifest\nKEPT +manifest .*\nPASSED +ddsrv env /);

  await writeFiles(source, { "ddsrv.json": '{ "env": 1 }' });
  const bad = await server.cli("add", source, "--name", "bad", "--env", "A=1");
  assert.equal(bad.code, 1);
  assert.match(
    bad.stderr,
    /\/app\/ddsrv\.json:1:10 is not valid in "env"[^]*ddsrv: "bad" was not added: the check failed\. Fix the errors above\n$/,
  );
  assert.deepEqual(await names(server.functions), ["app"]);
  assert.equal((await server.cli("env", "list", "bad")).code, 4);
  await writeFiles(source, { "ddsrv.json": "{}", "index.ts": "Deno.exit(5);\n" });
  const ends = await server.cli("add", source, "--name", "ends", "--env", "A=1");
  assert.equal(ends.code, 1);
  assert.equal((await server.cli("env", "list", "ends")).code, 4, "it left its variables");
});

Deno.test("add refuses a source that contains the functions directory or is already in it", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("app") } });
  await server.answers("/app", "app");
  await writeFiles(server.directory, { "index.ts": answering("all") });
  const link = join(server.directory, "link");
  await Deno.symlink(server.directory, link);
  for (const path of [server.directory, link]) {
    for (const more of [[], ["--link"]]) {
      const { code, stderr } = await server.cli("add", path, "--name", "all", ...more);
      assert.equal(code, 1);
      assert.ok(
        stderr.endsWith(
          `"${path}" contains the functions directory "${server.functions}". Name the directory of ` +
            "one function\n",
        ),
        stderr,
      );
    }
  }
  const own = join(link, "functions/app");
  assert.deepEqual(await server.cli("add", own, "--replace"), {
    code: 1,
    stdout: "",
    stderr:
      `ddsrv: "${own}" is already in the functions directory. To restart it: ddsrv reload app\n`,
  });
  // A copy beside it works like any other one.
  assert.equal((await server.cli("add", own, "--name", "twin")).code, 0);
  await server.answers("/twin", "app");
  assert.deepEqual(await names(server.functions), ["app", "twin"]);
});

Deno.test("add skips pipes, copies links as links and sets safe modes", async () => {
  await using server = await startServer();
  await writeFiles(server.directory, {
    "app/index.ts": `Deno.serve(() => new Response(
  Deno.readTextFileSync(new URL("inner", import.meta.url)) +
    (() => { try { return Deno.readTextFileSync(new URL("outer", import.meta.url)); }
      catch (error) { return (error as Error).name; } })()));\n`,
    "app/text": "inner ",
    "secret": "secret",
  });
  const source = join(server.directory, "app");
  await Deno.symlink("text", join(source, "inner"));
  await Deno.symlink(join(server.directory, "secret"), join(source, "outer"));
  await host("mkfifo", join(source, "pipe"));
  await writeFiles(source, { "shell": "#!/bin/sh\n" });
  await Deno.chmod(join(source, "shell"), 0o4777);
  const added = await server.cli("add", source);
  assert.equal(added.code, 0, added.stderr);
  const skipped = `Skipped ${source}/pipe: it is a pipe, a socket or a device\n`;
  assert.ok(added.stderr.startsWith(skipped), added.stderr);
  assertTold(added.stderr.slice(skipped.length), "app");
  // The sandbox does not show the target of a link outside the folder.
  await server.answers("/app", "inner NotFound");
  const { mode } = await Deno.stat(join(server.functions, "app/shell"));
  assert.equal(mode! & 0o7777, 0o755);
});

Deno.test("add on a full disk leaves nothing behind and says what to do", async () => {
  const directory = await makeDirectory();
  const functions = join(directory, "functions");
  await Deno.mkdir(functions);
  await mount("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", functions);
  try {
    await using server = await startServer({ directory });
    await writeFiles(directory, {
      "big/index.ts": answering("big"),
      "big/data.bin": "x".repeat(1_000_000),
    });
    const source = join(directory, "big");
    assert.deepEqual(await server.cli("add", source), {
      code: 1,
      stdout: "",
      stderr:
        `ddsrv: Cannot copy "${source}": no space left on the disk. Free some space and try again. ` +
        "Nothing was added\n",
    });
    assert.deepEqual(await names(functions), []);
  } finally {
    await mount("umount", functions);
    await Deno.remove(directory, { recursive: true });
  }
});

async function names(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map((entry) => entry.name).sort();
}

async function mount(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args }).output();
  assert.ok(success, `${program} ${args.join(" ")}`);
}
