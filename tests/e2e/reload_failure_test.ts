import assert from "node:assert/strict";
import {
  answering,
  count,
  eventually,
  pause,
  type ServerOptions,
  startServer,
} from "./support/harness.ts";
import { startLoad } from "./support/load.ts";

/** New code that must not replace the running one. */
interface Bad {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** The reason in `list` and `inspect`: one sentence. */
  readonly reason: RegExp;
  readonly detail?: RegExp;
  /** True if the failure needs a type check. */
  readonly isChecked?: true;
}

const LIMITS = '{ "memory": "160MiB" }';

const BAD: readonly Bad[] = [
  {
    name: "types that do not fit",
    files: { "app/index.ts": 'const wrong: number = "text";\n' },
    reason: /^The check failed$/,
    detail: /Type 'string' is not assignable to type 'number'/,
    isChecked: true,
  },
  {
    name: "a module that does not exist",
    files: { "app/index.ts": 'import "./missing.ts";\n' },
    reason: /^The check failed$/,
    detail: /missing\.ts/,
    isChecked: true,
  },
  {
    name: "a manifest that is not valid",
    files: { "app/ddsrv.json": '{ "memroy": 1 }' },
    reason: /^The manifest is not valid$/,
    detail: /memory/,
  },
  {
    name: "an exit",
    files: { "app/index.ts": 'console.error("last words");\nDeno.exit(7);\n' },
    reason: /^Exited with code 7 before listening on a port$/,
    detail: /last words/,
  },
  {
    name: "an end without a listener",
    files: { "app/index.ts": "console.log(1);\n" },
    reason: /^Exited with code 0 before listening on a port. A function must keep listening$/,
  },
  {
    name: "an exception",
    files: { "app/index.ts": 'throw new Error("not today");\n' },
    reason: /^Exited with code 1 before listening on a port$/,
    detail: /not today/,
  },
  {
    name: "a signal",
    files: { "app/index.ts": 'Deno.kill(Deno.pid, "SIGKILL");\n' },
    reason: /^Killed by SIGKILL before listening on a port$/,
  },
  {
    name: "no listener",
    files: {
      "app/index.ts": "setInterval(() => {}, 1000);\n",
      "app/ddsrv.json": '{ "startTimeout": "2s", "memory": "160MiB" }',
    },
    reason: /^Did not listen on any port within 2 s\. Call Deno\.serve\(/,
  },
  {
    name: "too much memory",
    files: {
      "app/index.ts": `const kept: Uint8Array[] = [];
        for (;;) kept.push(new Uint8Array(1024 ** 2).fill(1));\n`,
    },
    reason: /^Ran out of memory before listening on a port: the limit is 160MiB/,
  },
  {
    name: "too large a heap",
    files: {
      "app/index.ts": `const kept: object[] = [];
        for (;;) kept.push({ kept: [kept.length] });\n`,
    },
    reason: /^Ran out of (heap )?memory before listening on a port/,
  },
];

Deno.test("reload keeps the old revision when the new one fails, and list and inspect say why", async (test) => {
  await goThrough(test, BAD.filter(({ isChecked }) => isChecked === undefined));
});

Deno.test("reload keeps the old revision when the check fails", async (test) => {
  await goThrough(test, BAD.filter(({ isChecked }) => isChecked), { isChecked: true });
});

async function goThrough(
  test: Deno.TestContext,
  bad: readonly Bad[],
  options: Pick<ServerOptions, "isChecked"> = {},
): Promise<void> {
  await using server = await startServer({
    ...options,
    files: { "app/index.ts": answering("good"), "app/ddsrv.json": LIMITS },
  });
  await server.answers("/app", "good");
  const { pid, revision } = await server.inspect("app");
  const load = startLoad(server, { path: "/app", connections: 8, pauseMs: 5 });
  for (const { name, files, reason, detail } of bad) {
    await test.step(name, async () => {
      const from = server.output().length;
      await server.write({ "app/ddsrv.json": LIMITS, ...files });
      await server.said("app failed", from);
      let report = await server.inspect("app");
      // There may be an additional revision between the writes of two files.
      await eventually(`the reason is ${reason}`, async () => {
        report = await server.inspect("app");
        return reason.test(report.reason ?? "");
      }, { now: () => JSON.stringify(report) });
      assert.deepEqual([report.status, report.pid, report.revision], ["ready", pid, revision]);
      assert.match(report.detail ?? "", detail ?? /^/);
      const { stdout } = await server.cli("list");
      // ddsrv retries failures that may pass. list shows the time of the next try,
      // unless it runs now.
      const [line, nextTry] = stdout.split(
        `app: revision ${report.failedRevision} failed: ${report.reason}`,
      );
      assert.match(nextTry ?? line ?? "", /^(?: \(next retry (?:now|in \w+)\))?\n/, stdout);
    });
  }
  const { failures, texts } = await load.stop();
  assert.deepEqual([failures, [...texts]], [[], ["good"]]);
  await server.write({ "app/index.ts": answering("fixed") });
  await server.answers("/app", "fixed");
  assert.equal((await server.inspect("app")).reason, null);
}

Deno.test("reload checks broken code once, however often it is scanned", async () => {
  await using server = await startServer({
    isChecked: true,
    files: { "app/index.ts": "const wrong: string = 1;\n" },
    flags: ["--rescan", "100ms"],
  });
  await server.said("app failed");
  // Ten times the pause between two scans. A slow machine scans less often, which
  // does not fail this test.
  await pause(1_000);
  await server.write({ "late/index.ts": answering("late") });
  await server.answers("/late", "late");
  assert.equal(count(server.output(), "app checking"), 1, server.output());
});
