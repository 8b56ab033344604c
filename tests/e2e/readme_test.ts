import assert from "node:assert/strict";
import { join } from "node:path";
import { codeBlocks, readPage, readReadme, shellBlock } from "../readme.ts";
import { linesOfPicture, terminalPicture } from "../terminal_picture.ts";
import {
  answering,
  type CliResult,
  MAIN,
  type Server,
  startServer,
  testEnvironment,
  writeFiles,
} from "./support/harness.ts";

const PICTURE = "docs/terminal.svg";

/** Returns a shell in the server's directory, with ddsrv on its PATH. */
async function openShell(
  { directory, socket }: Server,
): Promise<(...args: string[]) => Promise<CliResult>> {
  await writeFiles(directory, {
    "bin/ddsrv": `#!/bin/sh\nexec '${Deno.execPath()}' run --quiet --allow-all '${MAIN}' "$@"\n`,
  });
  await Deno.chmod(join(directory, "bin/ddsrv"), 0o755);
  return async (...args) => {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args,
      cwd: directory,
      env: {
        ...testEnvironment(),
        PATH: `${join(directory, "bin")}:${Deno.env.get("PATH")}`,
        DDSRV_SOCKET: socket,
      },
      stdin: "null",
    }).output();
    const [out = "", error = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, stdout: out, stderr: error };
  };
}

Deno.test("docs/cli.md: its script deploys a version, and keeps the old one when the new one fails", async () => {
  await using server = await startServer({ isChecked: true });
  const { directory } = server;
  await writeFiles(directory, {
    "script.sh": await shellBlock("docs/cli.md", "#!/bin/sh", "ddsrv add"),
    "shop/index.ts": answering("first"),
  });
  const shell = await openShell(server);
  const run = (): Promise<CliResult> => shell("script.sh");
  // `add --replace` also works without an existing function.
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

Deno.test("README.md commands serve the first function, and its picture shows their output", async () => {
  const block = await shellBlock("README.md", "ddsrv init", "ddsrv rm");
  await using server = await startServer({ isChecked: true });
  const shell = await openShell(server);
  const session: string[] = [];
  for (const line of block.trimEnd().split("\n").map((line) => line.replace(/ +#.*$/, ""))) {
    const result = await shell("-c", line.replaceAll("http://localhost:9999", server.url));
    assert.equal(result.code, 0, `${line}: ${result.stderr}`);
    // The picture shows the time from the function's start until before its stop.
    if (!/^(?:ddsrv (?:add|ls)|curl) ?/.test(line)) continue;
    session.push(`$ ${line}`, ...withPort(result.stdout, server.url).trimEnd().split("\n"));
  }
  assert.ok(session.includes("Hello from /world"), session.join("\n"));
  if (Deno.env.get("UPDATE_GOLDEN") === "1") {
    const picture = terminalPicture("ddsrv serves a first function", session);
    await Deno.writeTextFile(new URL(`../../${PICTURE}`, import.meta.url), picture);
  }
  const shown = linesOfPicture(await readPage(PICTURE));
  assert.deepEqual(shown.map(withoutFigures), session.map(withoutFigures));
});

Deno.test("README.md: its smallest function answers", async () => {
  const code = codeBlocks(await readReadme()).find(({ language }) => language === "ts")!.text;
  await using server = await startServer({ isChecked: true, files: { "hi/index.ts": code } });
  await server.answers("/hi/world", "Hello from /world\n");
});

/** Replaces a port by the one in the documentation, and keeps columns aligned. */
function withPort(text: string, url: string): string {
  return text.replaceAll(
    new RegExp(`${url}(\\S*)( *)`, "g"),
    (found, path: string, gap: string) => {
      const shown = `http://localhost:9999${path}`;
      return gap === "" ? shown : shown.padEnd(found.length);
    },
  );
}

/**
 * Returns the first three cells of a row, without revisions and figures, which differ each time.
 */
function withoutFigures(line: string): string {
  return line.split(/ {2,}/).slice(0, 3).join("  ");
}
