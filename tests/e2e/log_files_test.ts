import assert from "node:assert/strict";
import { join } from "node:path";
import { openLogFile } from "../../lib/logs/log_file.ts";
import { parseLogRecord } from "../../lib/logs/log_record.ts";
import { answering, eventually, makeDirectory, runCli, startServer } from "./support/harness.ts";
import { startFollower } from "./support/logs_follower.ts";

Deno.test("log files rotate and are formatted as the flags say", async () => {
  const line = "x".repeat(1_000);
  await using server = await startServer({
    files: {
      "app/index.ts": `for (let i = 0; i < 700; i++) console.log("${line}" + i);\n${
        answering("app")
      }`,
    },
    flags: ["--log-max-size=256KiB", "--log-max-files=2", "--log-file-format=docker"],
  });
  await server.answers("/app", "app");
  assert.equal((await server.cli("rm", "app")).code, 0);
  const sizes = await Array.fromAsync(Deno.readDir(server.logs), async ({ name }) => {
    const { size } = await Deno.stat(join(server.logs, name));
    assert.ok(size <= 256 * 1024, `${name} has ${size} bytes`);
    return name;
  });
  assert.deepEqual(sizes.toSorted(), ["app.log", "app.log.1"]);
  const { stdout } = await runCli([
    "logs",
    "app",
    "--logs-dir",
    server.logs,
    "--no-prefix",
    "--grep",
    "^x",
  ]);
  assert.match(stdout, /x699\n$/);
});

Deno.test("log files on a full disk drop whole lines and report the exact count", async () => {
  const directory = await makeDirectory();
  await command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", directory);
  try {
    const warnings: string[] = [];
    await using log = openLogFile({
      directory,
      name: "app",
      format: "cri",
      onWarning: (message) => void warnings.push(message),
    });
    const path = join(directory, "app.log");
    const filler = join(directory, "filler");
    await Deno.writeTextFile(filler, "x".repeat(40_000));
    let written = 0;
    const write = (): void => {
      const text = `${written++} ${"x".repeat(700)}`;
      log.write({ time: new Date().toISOString(), stream: "stdout", text, isPartial: false });
    };
    for (let size = 0; warnings.length === 0;) {
      write();
      await eventually("a line or a warning", async () => {
        const before = size;
        size = (await Deno.stat(path).catch(() => ({ size }))).size;
        return size > before || warnings.length > 0;
      });
    }
    for (let more = 0; more < 20; more++) write();
    assert.match(
      warnings[0]!,
      /^Log of "app": cannot write .*No space left.*\. Dropping log lines until this is fixed; functions keep running$/,
    );
    await Deno.remove(filler);
    write();
    await log[Symbol.asyncDispose]();
    const records = (await Deno.readTextFile(path)).trimEnd().split("\n")
      .map((line) => parseLogRecord(line)!.text.split(" "));
    const kept = records.filter(([first]) => first !== "ddsrv:").map(([index]) => Number(index));
    const lost = records.filter(([first]) => first === "ddsrv:").map(([, count]) => Number(count));
    assert.deepEqual(lost, [written - kept.length]);
    assert.ok(kept.length > 10, String(kept.length));
    assert.equal(kept.at(-1), written - 1);
    assert.deepEqual(warnings.slice(1), [
      `Log of "app": writing again; ${lost[0]} lines were dropped`,
    ]);
  } finally {
    await command("umount", directory);
    await Deno.remove(directory);
  }
});

Deno.test("log files are created again after their directory was removed", async () => {
  await using server = await startServer({
    files: {
      "app/index.ts": "Deno.serve((r) => { const { pathname } = new URL(r.url); " +
        "console.log(pathname); return new Response(pathname); });\n",
    },
  });
  await server.answers("/app/1", "/1");
  await server.said("[app] /1");
  await Deno.remove(server.logs, { recursive: true });
  await server.answers("/app/2", "/2");
  await server.said("[app] /2");
  await using follower = startFollower("app", "--logs-dir", server.logs, "--no-prefix");
  await follower.prints("/2\n");
});

async function command(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}
