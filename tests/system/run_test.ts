import assert from "node:assert/strict";
import { CommandError, run } from "../../lib/system/run.ts";

async function fails(promise: Promise<unknown>): Promise<CommandError> {
  const error = await promise.then(() => undefined, (reason) => reason);
  assert.ok(error instanceof CommandError, String(error));
  return error;
}

Deno.test("run() returns standard output without standard error", async () => {
  assert.equal(await run(["sh", "-c", "echo out; echo err >&2"]), "out\n");
});

Deno.test("run() passes arguments unchanged, without a shell", async () => {
  const strange = ["a b", "$HOME", "*", "", "'\"", "é\n"];
  assert.equal(
    await run(["printf", "<%s>", ...strange]),
    strange.map((one) => `<${one}>`).join(""),
  );
});

Deno.test("run() feeds standard input, of any length", async () => {
  const text = "é\n".repeat(200_000);
  assert.equal(await run(["cat"], { stdin: text }), text);
  assert.equal(await run(["cat"], { stdin: "" }), "");
});

Deno.test("run() passes no input by default", async () => {
  assert.equal(await run(["cat"]), "");
});

Deno.test("run() accepts a command that does not read its input", async () => {
  assert.equal(await run(["true"], { stdin: "x".repeat(1_000_000) }), "");
});

Deno.test("run() rejects with the exit code and standard error", async () => {
  const command = ["sh", "-c", "echo out; echo ' no such thing ' >&2; exit 3"];
  const error = await fails(run(command));
  assert.equal(error.reason, "exited with 3 (no such thing)");
  assert.equal(error.message, `"${command.join(" ")}" failed: exited with 3 (no such thing)`);
  assert.deepEqual(error.command, command);
});

Deno.test("run() rejects with the exit code if standard error is empty", async () => {
  assert.equal((await fails(run(["false"]))).reason, "exited with 1");
});

Deno.test("run() rejects with the signal that killed a command", async () => {
  assert.equal((await fails(run(["sh", "-c", "kill -9 $$"]))).reason, "exited with SIGKILL");
});

Deno.test("run() reports a program that is not installed", async () => {
  const error = await fails(run(["ddsrv-no-such-program", "x"]));
  assert.equal(error.reason, '"ddsrv-no-such-program" is not installed or not on the PATH');
  assert.ok(error.cause instanceof Deno.errors.NotFound);
});

Deno.test("run() kills a command after its timeout", async () => {
  const error = await fails(run(["sleep", "60"], { timeoutMs: 20 }));
  assert.equal(error.reason, "timed out after 20 ms");
});

Deno.test("run() kills a command when the signal aborts", async () => {
  const abort = new AbortController();
  const running = run(["sleep", "60"], { signal: abort.signal });
  abort.abort();
  assert.equal((await fails(running)).reason, "exited with SIGKILL");
});

Deno.test("run() starts a command outside the process group that gets Ctrl-C", async () => {
  const script = "echo $$; cut -d ' ' -f 5 /proc/$$/stat";
  const [pid, group] = (await run(["sh", "-c", script])).trim().split("\n");
  assert.equal(group, pid);
});
