import { deepEqual, equal, match } from "node:assert/strict";
import type { FunctionReport } from "../../lib/control/api.ts";
import { answering, eventually, startServer } from "./support/harness.ts";

const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

const files = {
  "shop-a/index.ts": answering("a"),
  "shop-b/index.ts": `Deno.serve((request) => {
    if (request.url.endsWith("/fail")) return new Response("no", { status: 500 });
    const until = performance.now() + 300;
    while (request.url.endsWith("/work") && performance.now() < until);
    return new Response("b");
  });\n`,
  "wrong/index.ts": "const wrong: number = 'text';\n",
  "empty/readme.txt": "",
};

Deno.test("list filters, prints templates and names, and shows resource use and errors", async () => {
  await using server = await startServer({ files, isChecked: true });
  await server.answers("/shop-a", "a");
  await server.answers("/shop-b", "b");
  await eventually("the check has failed", async () => {
    return (await server.inspect("wrong")).status === "failed";
  });
  const lines = async (...args: string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await server.cli("ls", ...args);
    deepEqual([code, stderr], [0, ""]);
    return stdout.split("\n").slice(0, -1);
  };
  deepEqual(await lines("--quiet"), ["empty", "shop-a", "shop-b", "wrong"]);
  deepEqual(await lines("-q", "--filter", "status=failed"), ["wrong"]);
  deepEqual(await lines("-q", "--filter", "name=shop-?", "--filter", "name=*b"), ["shop-b"]);
  deepEqual(await lines("-q", "--filter", "isolation=none"), []);
  deepEqual(await lines("--filter", "name=shop-*", "--format", "{{name}}\\t{{url}}"), [
    `shop-a\t${server.url}/shop-a`,
    `shop-b\t${server.url}/shop-b`,
  ]);
  deepEqual(await lines("--filter=status=ignored", "--format={{name}} [{{pid}}] {{reason}}"), [
    "empty [] it has no index.ts, main.ts, index.html or other entry",
  ]);

  for (let request = 0; request < 3; request++) {
    await (await fetch(`${server.url}/shop-b/fail`)).text();
  }
  equal((await server.inspect("shop-b")).errors, 3);
  const before = (await server.inspect("shop-b")).cpuMs!;
  await eventually("its work is seen", async () => {
    await server.answers("/shop-b/work", "b");
    return (await server.inspect("shop-b")).cpuMs! >= before + 200;
  });
  match(
    (await lines("--filter", "name=shop-b")).join("\n"),
    /^shop-b .* \d+(\.\d)?% .* 3 +0 +full$/m,
  );

  await server.write({ "shop-b/index.ts": "const wrong: number = 'text';\n" });
  await eventually("the update has failed", async () => {
    return (await lines("-q", "--filter", "status=failed")).join() === "shop-b,wrong";
  });
});

const refused: readonly [args: readonly string[], message: RegExp][] = [
  [["--json", "--quiet"], /cannot be used with/],
  [["--json", "--format", "{{name}}"], /cannot be used with/],
  [["--quiet", "--format", "{{name}}"], /cannot be used with/],
  [["--format", "{{nam}}"], /Did you mean "name"\?/],
  [["--filter", "status=faild"], /Did you mean "failed"\?/],
  [["--filter", "shop"], /"shop" is not a filter/],
  [["--filter", "constructor=x"], /is not a filter/],
];

Deno.test("list: contradictory or invalid options are exit code 2", async () => {
  await using server = await startServer();
  for (const [args, message] of refused) {
    const { code, stdout, stderr } = await server.cli("list", ...args);
    deepEqual([code, stdout], [2, ""], args.join(" "));
    match(stderr, message);
  }
});

Deno.test("list --json --watch prints a line per change until the reader closes", async () => {
  await using server = await startServer({ files: { "a/index.ts": answering("a") } });
  await server.answers("/a", "a");
  await using watching = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", MAIN, "list", "--json", "--watch"],
    env: { DDSRV_SOCKET: server.socket },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = watching.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(toLines())
    .getReader();
  const next = async (): Promise<FunctionReport[]> => JSON.parse((await lines.read()).value!);
  deepEqual((await next()).map(({ name, status }) => [name, status]), [["a", "ready"]]);
  // Requests change figures, but not the list.
  await server.answers("/a", "a");
  await server.write({ "b/index.ts": answering("b") });
  let seen = await next();
  while (seen.length < 2 || seen[1]!.status !== "ready") seen = await next();
  deepEqual(seen.map(({ name }) => name), ["a", "b"]);
  await lines.cancel();
  // It notices the closed pipe at its next output.
  await Deno.remove(`${server.functions}/b`, { recursive: true });
  const { code } = await watching.status;
  deepEqual([code, await new Response(watching.stderr).text()], [0, ""]);
});

function toLines(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(text, controller) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) controller.enqueue(line);
    },
  });
}
