import assert from "node:assert/strict";
import { formatHook } from "../../../cli/commands/git/hook.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const ZERO = "0".repeat(40);
const NEW = "a".repeat(40);

/** Runs a hook with pretended programs; the archive is the arguments of git. */
async function runHook(
  input: string,
  { name = "shop", branch = "main", code = 0 } = {},
): Promise<{ readonly code: number; readonly said: string }> {
  await using directory = await temporaryDirectory();
  await program(directory.at("git"), 'printf "git: %s\\n" "$*"');
  await program(directory.at("ddsrv"), `cat; printf "<%s>" "$@"; echo; exit ${code}`);
  const hook = formatHook({ name, branch, command: "ddsrv", socket: "/run/my socket" });
  const child = new Deno.Command("sh", {
    args: ["-c", hook],
    env: { PATH: `${directory.path}:/usr/bin:/bin` },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const output = await child.output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code: output.code, said: decode(output.stdout) + decode(output.stderr) };
}

async function program(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

Deno.test("formatHook() deploys the branch alone, and passes names unchanged", async () => {
  const name = 'it\'s $(id) "x" \\ *';
  const { code, said } = await runHook(
    `${ZERO} ${NEW} refs/heads/topic\n${ZERO} ${NEW} refs/heads/a$b\n${ZERO} ${NEW} refs/tags/v1\n`,
    { name, branch: "a$b" },
  );
  assert.equal(code, 0);
  assert.equal(
    said,
    `git: archive --format=tar --prefix=function/ ${NEW}\n<add><-><--name><${name}><--replace>` +
      `<--ignore-files><--by><git><--commit><${NEW}><--socket></run/my socket>\n` +
      "ddsrv: refs/heads/topic is stored and not deployed; only refs/heads/a$b is\n" +
      "ddsrv: refs/tags/v1 is stored and not deployed; only refs/heads/a$b is\n",
  );
});

Deno.test("formatHook() refuses a push that fails, and a deletion of the branch", async () => {
  const failed = await runHook(`${ZERO} ${NEW} refs/heads/main\n`, { code: 1 });
  assert.equal(failed.code, 1);
  const deleted = await runHook(`${NEW} ${ZERO} refs/heads/main\n`);
  assert.equal(deleted.code, 1);
  assert.match(deleted.said, /^ddsrv: refs\/heads\/main can't be deleted/);
  const branch = await runHook(`${NEW} ${ZERO} refs/heads/topic\n`);
  assert.equal(branch.code, 0);
});

Deno.test("formatHook(): shellcheck finds nothing to say of it", async () => {
  const child = new Deno.Command("shellcheck", { args: ["-"], stdin: "piped", stdout: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  const hook = formatHook({
    name: "it's",
    branch: "main",
    command: "sudo ddsrv",
    socket: undefined,
  });
  await writer.write(new TextEncoder().encode(hook));
  await writer.close();
  const { code, stdout } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stdout));
});
