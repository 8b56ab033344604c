import assert from "node:assert/strict";
import { join } from "node:path";
import type { FunctionReport } from "../../lib/control/api.ts";
import { answering, makeDirectory, runCli, startServer, writeFiles } from "./harness.ts";

Deno.test("add: copies, waits until it serves and prints the URL; remove leaves nothing", async () => {
  await using server = await startServer();
  await writeFiles(server.directory, {
    "src/index.ts": `import { text } from "./text.ts";\n${answering("").replace('""', "text")}`,
    "src/text.ts": 'export const text = "added";\n',
  });
  const added = await server.cli("add", join(server.directory, "src"), "--name", "app");
  assert.deepEqual(added, { code: 0, stdout: `${server.url}/app\n`, stderr: "" });
  assert.equal(await (await fetch(`${server.url}/app`)).text(), "added");
  const again = await server.cli("add", join(server.directory, "src"), "--name", "app");
  assert.equal(again.code, 1);
  assert.match(
    again.stderr,
    /There is a function "app" already\. Put this one in its place with --replace/,
  );
  const { namespace } = await server.inspect("app");
  const removed = await server.cli("rm", "app");
  assert.deepEqual([removed.code, removed.stdout], [0, ""]);
  await assert.rejects(Deno.stat(`/run/netns/${namespace}`));
  assert.deepEqual(await names(server.functions), []);
});

Deno.test("add: a failed check, a failed start and a bad name leave nothing behind", async () => {
  await using server = await startServer();
  await writeFiles(server.directory, {
    "wrong/index.ts": "const wrong: number = 'text';\n",
    "dies/index.ts": "console.error('last words'); Deno.exit(7);\n",
    "empty/readme.txt": "",
  });
  const add = (name: string, ...more: string[]): ReturnType<typeof server.cli> =>
    server.cli("add", join(server.directory, name), ...more);
  const wrong = await add("wrong");
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /TS2322[\s\S]*\/wrong\/index\.ts:1:7[\s\S]*"wrong" was not added/);
  const dies = await add("dies");
  assert.equal(dies.code, 1);
  assert.match(dies.stderr, /last words\n.*It ended before it listened: it exited with code 7/);
  const empty = await add("empty");
  assert.deepEqual([empty.code, empty.stdout], [1, ""]);
  assert.match(empty.stderr, /has no index\.ts/);
  assert.equal((await add("wrong", "--name", "a/b")).code, 2);
  assert.equal((await add("wrong", "--name", "x".repeat(300))).code, 2);
  assert.equal((await add("missing")).code, 1);
  assert.deepEqual(await names(server.functions), []);
});

Deno.test("add: --link links, and remove takes the link alone", async () => {
  await using server = await startServer();
  await writeFiles(server.directory, { "linked/index.ts": answering("linked") });
  assert.equal((await server.cli("add", "--link", join(server.directory, "linked"))).code, 0);
  assert.equal(await (await fetch(`${server.url}/linked`)).text(), "linked");
  assert.equal((await server.cli("rm", "linked")).code, 0);
  assert.ok((await Deno.stat(join(server.directory, "linked/index.ts"))).isFile);
});

Deno.test("add: a full disk leaves nothing behind and says what to do", async () => {
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
    const { code, stderr } = await server.cli("add", join(directory, "big"));
    assert.equal(code, 1);
    assert.match(stderr, /Cannot copy .*no space left.*Make room on that disk.*Nothing was added/i);
    assert.deepEqual(await names(functions), []);
  } finally {
    await mount("umount", functions);
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("list: a table for people, JSON for programs, ignored directories with the reason", async () => {
  await using server = await startServer({
    files: {
      "app/index.ts": answering("app"),
      "empty/readme.txt": "",
      [`${"n".repeat(64)}/index.ts`]: answering("too long"),
      "_shared/mod.ts": "export {};\n",
      ".hidden/index.ts": answering("hidden"),
    },
  });
  await server.answers("/app", "app");
  const list = await server.cli("ls");
  assert.equal(list.stderr, "");
  assert.match(
    list.stdout,
    /^NAME +STATUS +URL +REVISION +PID +UPTIME +CPU +MEMORY +REQUESTS +ERRORS +RESTARTS +ISOLATION\n/,
  );
  assert.match(
    list.stdout,
    /^app +ready +http:\S+\/app +[0-9a-f]{12} +\d+ +\d+s +[\d.]+% +[\d.]+MiB +\d+ +0 +0 +full$/m,
  );
  assert.match(list.stdout, /^empty: ignored: it has no index\.ts$/m);
  assert.match(list.stdout, /^n{64}: ignored: the name has 64 bytes; at most 63 are allowed$/m);
  const reports = JSON.parse((await server.cli("list", "--json")).stdout) as FunctionReport[];
  assert.deepEqual(reports.map((one) => one.name), ["app", "empty", "n".repeat(64)]);
  assert.deepEqual(reports.map((one) => one.status), ["ready", "ignored", "ignored"]);
  const report = await server.inspect("app");
  assert.match(report.upstream!, /^10\.\d+\.\d+\.\d+:8000$/);
  assert.match(report.namespace!, /^ddsrv-[0-9a-f]{6}-\d+$/);
  assert.ok(report.requests >= 1 && report.memoryBytes! > 1_000_000);
});

Deno.test("reload: a new instance takes over", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("app") } });
  await server.answers("/app", "app");
  const before = await server.inspect("app");
  assert.equal((await server.cli("reload", "app")).code, 0);
  const after = await server.inspect("app");
  assert.notEqual(after.pid, before.pid);
  assert.equal(after.revision, before.revision);
});

Deno.test("the command line: exit codes, and results on standard output alone", async () => {
  await using server = await startServer();
  const nowhere = { DDSRV_SOCKET: join(server.directory, "none.sock") };
  const table: readonly (readonly [string[], number, RegExp])[] = [
    [["ls"], 3, /No supervisor answers on .*Start one with "ddsrv serve"/],
    [["inspect", "x"], 3, /No supervisor/],
    [["lst"], 2, /unknown command 'lst'/],
    [["ls", "--jsn"], 2, /unknown option '--jsn'[\s\S]*Did you mean --json\?/],
    [["serve", "--port", "70000"], 2, /Give a whole number from 0 to 65535/],
  ];
  for (const [args, code, message] of table) {
    const result = await runCli(args, nowhere);
    assert.deepEqual([result.code, result.stdout], [code, ""], args.join(" "));
    assert.match(result.stderr, message);
  }
  for (
    const args of [["inspect", "nobody"], ["rm", "nobody"], ["rm", "../x"], ["reload", "nobody"]]
  ) {
    const result = await server.cli(...args);
    assert.deepEqual([result.code, result.stdout], [4, ""], args.join(" "));
    assert.match(result.stderr, /There is no function/);
  }
  const help = await runCli(["--help"]);
  assert.deepEqual([help.code, help.stderr], [0, ""]);
  assert.match(help.stdout, /^Usage: ddsrv/);
  assert.match((await runCli(["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
});

async function names(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map((entry) => entry.name);
}

async function mount(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args }).output();
  assert.ok(success, `${program} ${args.join(" ")}`);
}
