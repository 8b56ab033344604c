import assert from "node:assert/strict";
import { runBounded } from "../../lib/process/bounded_output.ts";

const signal = new AbortController().signal;
const env = { PATH: "/usr/bin:/bin" };

Deno.test("runBounded() returns the exit code and both streams", async () => {
  const script = "echo out; echo err >&2; exit 3";
  assert.deepEqual(await runBounded(["sh", "-c", script], { env, signal, maxBytes: 100 }), {
    success: false,
    code: 3,
    stdout: "out\n",
    stderr: "err\n",
  });
});

Deno.test("runBounded() keeps at most maxBytes of each stream, and discards the rest", async () => {
  const script = "head -c 1000000 /dev/zero | tr '\\0' x; head -c 1000000 /dev/zero >&2; echo end";
  const output = await runBounded(["sh", "-c", script], { env, signal, maxBytes: 10 });
  assert.equal(output.success, true);
  assert.equal(output.stdout, "x".repeat(10));
  assert.equal(output.stderr, "\0".repeat(10));
});

Deno.test("runBounded() passes the given variables only, and no input", async () => {
  const command = ["sh", "-c", "cat; env"];
  const { stdout } = await runBounded(command, {
    env: { ...env, OWN: "x" },
    cwd: "/",
    signal,
    maxBytes: 10_000,
  });
  const names = stdout.trimEnd().split("\n").map((line) => line.split("=")[0]!);
  // The shell sets the others.
  assert.deepEqual(names.filter((name) => !/^(PWD|SHLVL|_|OLDPWD)$/.test(name)).sort(), [
    "OWN",
    "PATH",
  ]);
  assert.match(stdout, /^PWD=\/$/m);
});

Deno.test("runBounded() kills the command when the signal aborts", async () => {
  const abort = new AbortController();
  const running = runBounded(["sleep", "60"], { env, signal: abort.signal, maxBytes: 10 });
  abort.abort();
  assert.equal((await running).success, false);
});

Deno.test("runBounded() leaves no process of a sandbox behind after an abort", async () => {
  const marker = `60.${Deno.pid}`;
  const bwrap = ["bwrap", "--die-with-parent", "--unshare-pid", "--ro-bind", "/usr", "/usr"]
    .concat(["--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"])
    .concat(["--proc", "/proc", "--", "/usr/bin/sleep", marker]);
  for (let round = 0; round < 60; round++) {
    const abort = new AbortController();
    const running = runBounded(bwrap, { env, signal: abort.signal, maxBytes: 10 });
    // At every few microseconds of the start; a timer would be too coarse.
    const until = performance.now() + round / 10;
    while (performance.now() < until) await Promise.resolve();
    abort.abort();
    assert.equal((await running).success, false);
  }
  const left: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (command.split("\0").includes(marker)) left.push(`${name}: ${command}`);
  }
  assert.deepEqual(left, []);
});
