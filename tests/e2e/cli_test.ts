import assert from "node:assert/strict";
import { join } from "node:path";
import type { FunctionReport } from "../../lib/control/api.ts";
import { answering, runCli, startServer } from "./support/harness.ts";

Deno.test("list prints a table, JSON, and ignored directories with the reason", async () => {
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
  assert.match(
    list.stdout,
    /^empty: ignored: it has no index\.ts, main\.ts, index\.html or other entry$/m,
  );
  assert.match(list.stdout, /^n{64}: ignored: the name has 64 bytes; at most 63 are allowed$/m);
  const reports = JSON.parse((await server.cli("list", "--json")).stdout) as FunctionReport[];
  assert.deepEqual(reports.map((one) => one.name), ["app", "empty", "n".repeat(64)]);
  assert.deepEqual(reports.map((one) => one.status), ["ready", "ignored", "ignored"]);
  const report = await server.inspect("app");
  assert.match(report.upstream!, /^10\.\d+\.\d+\.\d+:8000$/);
  assert.match(report.namespace!, /^ddsrv-[0-9a-f]{6}-\d+$/);
  assert.ok(report.requests >= 1 && report.ownMemoryBytes! > 1_000_000);
  assert.ok(report.memoryBytes! > report.ownMemoryBytes! + 2 ** 22, JSON.stringify(report));
});

Deno.test("commands set exit codes and print only results to standard output", async () => {
  await using server = await startServer();
  const nowhere = { DDSRV_SOCKET: join(server.directory, "none.sock") };
  const table: readonly (readonly [string[], number, RegExp])[] = [
    [["ls"], 3, /No supervisor is running: .*Start one with "ddsrv serve"/],
    [["inspect", "x"], 3, /No supervisor/],
    [["lst"], 2, /unknown command 'lst'/],
    [["ls", "--jsn"], 2, /unknown option '--jsn'[\s\S]*Did you mean --json\?/],
    [["serve", "--port", "70000"], 2, /"70000" is out of bounds\. Give 0 to 65535/],
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
