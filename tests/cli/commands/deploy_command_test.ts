import assert from "node:assert/strict";
import { temporaryDirectory } from "../../temporary_directory.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url).pathname;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ddsrv deploy` with a text on its standard input, which is a pipe. */
async function deploy(
  args: readonly string[],
  { input = "", path = "" }: { readonly input?: string; readonly path?: string } = {},
): Promise<Ran> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", MAIN, "deploy", ...args],
    env: { PATH: `${path}:${Deno.env.get("PATH")}` },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test("deploy --env-file reads a pipe of the shell", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("shop/index.ts", "");
  const args = [directory.at("shop"), "--dry-run", "--env-file", "/dev/stdin"];
  const { code, stdout, stderr } = await deploy(args, { input: "A=1\n" });
  assert.deepEqual([code, stdout], [0, "index.ts\n"], stderr);
});

Deno.test("deploy --json prints nothing but the server's JSON, after its own check too", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("shop/index.html", "<p>hi");
  await directory.write(
    "bin/ssh",
    "#!/bin/sh\necho ddsrv-deploy:1:0.1.0\nread -r answer\necho '{}'\n",
  );
  await Deno.chmod(directory.at("bin/ssh"), 0o755);
  const args = [directory.at("shop"), "--to", "ssh://ann@example.test", "--json"];
  const { code, stdout, stderr } = await deploy(args, { path: directory.at("bin") });
  assert.deepEqual([code, stdout], [0, "{}\n"], stderr);
  assert.match(stderr, /^shop: ok$/m);
});
