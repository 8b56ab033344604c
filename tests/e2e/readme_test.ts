import assert from "node:assert/strict";
import { join } from "node:path";
import { codeBlocks, readReadme } from "../readme.ts";
import { answering, startServer, writeFiles } from "./support/harness.ts";

const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

Deno.test("README: its CI script adds a version and keeps the old one when the new one fails", async () => {
  const script = codeBlocks(await readReadme())
    .find(({ text }) => text.startsWith("#!/bin/sh") && text.includes("ddsrv add"))!.text;
  await using server = await startServer({ isChecked: true });
  const { directory } = server;
  await writeFiles(directory, {
    "bin/ddsrv": `#!/bin/sh\nexec '${Deno.execPath()}' run --quiet --allow-all '${MAIN}' "$@"\n`,
    "script.sh": script,
    "shop/index.ts": answering("first"),
  });
  await Deno.chmod(join(directory, "bin/ddsrv"), 0o755);
  const run = async (): Promise<{ code: number; stdout: string; stderr: string }> => {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["script.sh"],
      cwd: directory,
      env: {
        PATH: `${join(directory, "bin")}:${Deno.env.get("PATH")}`,
        DDSRV_SOCKET: server.socket,
        NO_COLOR: "1",
      },
    }).output();
    const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, stdout: out!, stderr: error! };
  };
  // `add --replace` puts a function in a place where none was, too.
  const first = await run();
  assert.deepEqual([first.code, first.stdout], [0, "shop: ok\nfirst"], first.stderr);
  await writeFiles(directory, { "shop/index.ts": answering("second") });
  const second = await run();
  assert.deepEqual([second.code, second.stdout], [0, "shop: ok\nsecond"], second.stderr);
  await writeFiles(directory, { "shop/index.ts": "const wrong: number = 'text';\n" });
  const wrong = await run();
  assert.deepEqual([wrong.code, wrong.stdout], [1, ""]);
  assert.match(wrong.stderr, /TS2322/);
  await writeFiles(directory, { "shop/index.ts": "console.error('last words'); Deno.exit(3);\n" });
  const dies = await run();
  assert.deepEqual([dies.code, dies.stdout], [1, "shop: ok\n"]);
  assert.match(dies.stderr, /last words/);
  assert.equal(await (await fetch(`${server.url}/shop`)).text(), "second");
});
