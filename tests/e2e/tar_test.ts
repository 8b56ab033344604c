import assert from "node:assert/strict";
import { join } from "node:path";
import { archive } from "../function/tar/archive.ts";
import {
  answering,
  type CliResult,
  MAIN,
  type Server,
  startServer,
  writeFiles,
} from "./support/harness.ts";
import { startCli } from "./support/live_cli.ts";

/** Runs a shell command that uses `ddsrv`, in the server's working directory. */
async function shell(server: Server, line: string): Promise<CliResult> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `ddsrv() { "$0" run --quiet --allow-all "$DDSRV_MAIN" "$@"; }; ${line}`].concat(
      [Deno.execPath()],
    ),
    cwd: server.directory,
    env: { DDSRV_SOCKET: server.socket, DDSRV_MAIN: MAIN, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test("add - reads a plain or gzip tar archive from standard input", async () => {
  await using server = await startServer();
  await writeFiles(server.directory, {
    "shop/index.ts": 'import { text } from "./a/text.ts";\nDeno.serve(() => new Response(text));\n',
    "shop/a/text.ts": 'export const text = "shop";\n',
  });
  const lines: readonly (readonly [line: string, name: string])[] = [
    ["tar c shop | ddsrv add -", "shop"],
    ["tar cz shop | ddsrv add - --name zipped", "zipped"],
    ["umask 077; tar c -C shop . | ddsrv add - --name inner --env A=1", "inner"],
    ["tar c shop > a.tar; ddsrv add - --name filed < a.tar", "filed"],
  ];
  for (const [line, name] of lines) {
    const { code, stdout, stderr } = await shell(server, line);
    assert.deepEqual([code, stdout], [0, `${server.url}/${name}\n`], stderr);
    await server.answers(`/${name}`, "shop");
  }
  assert.deepEqual(names(server.functions), ["filed", "inner", "shop", "zipped"]);
  assert.deepEqual(names(join(server.functions, "shop")), ["a", "index.ts"]);
});

Deno.test("add - refuses invalid archives and leaves nothing behind", async () => {
  await using server = await startServer({
    files: { "shop/index.ts": answering("shop") },
    isChecked: true,
  });
  await server.answers("/shop", "shop");
  await writeFiles(server.directory, {
    "shop/index.ts": "const wrong: number = 'text';\n",
    "other/index.ts": answering("other"),
  });
  await Deno.symlink("/etc/passwd", join(server.directory, "other/passwd"));
  await Deno.writeFile(join(server.directory, "out.tar"), archive({ name: "../../out.ts" }));
  const table: readonly (readonly [line: string, code: number, said: RegExp])[] = [
    ["tar c shop | ddsrv add -", 1, /^ddsrv: The function "shop" already exists\. Replace it/],
    [
      "tar c shop | ddsrv add - --name bad",
      1,
      /TS2322[^]*file:\/\/\/?index\.ts:1:7[^]*ddsrv: "bad" was not added: the check failed\. Fix the errors above\n$/,
    ],
    [
      "tar c other | ddsrv add -",
      1,
      /^ddsrv: Cannot extract the archive: the link "other\/passwd" leads out of its folder, to "\/etc\/passwd"\. Nothing was added\n$/,
    ],
    [
      "ddsrv add - --name out < out.tar",
      1,
      /^ddsrv: Cannot extract the archive: the path "\.\.\/\.\.\/out\.ts" leads out of it\. Nothing was added\n$/,
    ],
    [
      "tar c shop | head -c 700 | ddsrv add - --name cut",
      1,
      /^ddsrv: Cannot extract the archive: it is truncated\. Nothing was added\n$/,
    ],
    [
      "echo junk | ddsrv add - --name junk",
      1,
      /^ddsrv: Cannot extract the archive: it is not a tar archive: it has only 5 bytes\. Use a tar archive, plain or with gzip: tar cz \.\/shop \| ddsrv add -\. Nothing was added\n$/,
    ],
    [
      "yes | head -c 2000 | gzip | ddsrv add - --name junk",
      1,
      /^ddsrv: Cannot extract the archive: it is not a tar archive: it does not begin with a header\. Use a tar archive/,
    ],
    [
      "printf '\\50\\265\\57\\375rest' | ddsrv add - --name zstd",
      1,
      /^ddsrv: Cannot extract the archive: it looks like zstd\. Use a tar archive, plain or with gzip/,
    ],
    [
      "ddsrv add - --name none < /dev/null",
      1,
      /^ddsrv: Cannot extract the archive: it is empty\. Nothing was added\n$/,
    ],
    [
      "tar c -C shop . | ddsrv add -",
      2,
      /^ddsrv: The archive has no single top directory to take the name from\. Pass --name\n$/,
    ],
  ];
  for (const [line, code, said] of table) {
    const result = await shell(server, line);
    assert.deepEqual([result.code, result.stdout], [code, ""], line);
    assert.match(result.stderr, said);
  }
  assert.deepEqual(names(server.functions), ["shop"]);
  await server.answers("/shop", "shop");
});

Deno.test("add - refuses a terminal as its input", async () => {
  const { code, stdout } = await startCli(["add", "-"], { isTerminal: true }).ended;
  assert.deepEqual([code, stdout], [
    2,
    "ddsrv: Standard input is a terminal. Pipe an archive: tar c ./shop | ddsrv add -\r\n",
  ]);
});

function names(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory)).map((entry) => entry.name).sort();
}
