import assert from "node:assert/strict";
import { openShell, SHELLS } from "../cli/generate/interactive_shell.ts";
import { answering, eventually, startServer } from "./support/harness.ts";

const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

// The shell has its own home directory; Deno finds its modules in the usual one.
const LIST = `HOME='${
  Deno.env.get("HOME")
}' '${Deno.execPath()}' run --quiet --allow-all '${MAIN}' "$@"`;

Deno.test("completions offer the supervisor's current functions in each shell", async () => {
  await using server = await startServer({
    files: {
      "shop/index.ts": answering("shop"),
      "it's $(touch pwned)/index.ts": answering("hostile"),
    },
  });
  await server.answers("/shop", "shop");
  await using stack = new AsyncDisposableStack();
  const shells = await Promise.all(SHELLS.map((shell) => openShell(shell, { list: LIST })));
  for (const open of shells) stack.use(open);
  /** Returns the completion of a prefix in each shell. */
  const complete = (beginning: string): Promise<(string | undefined)[]> =>
    Promise.all(shells.map(async (open) => {
      const args = await open.type(`ddsrv inspect --socket ${server.socket} ${beginning}\t`);
      return args.at(-1);
    }));
  const all = (name: string): string[] => SHELLS.map(() => name);

  assert.deepEqual(await complete("sh"), all("shop"));
  assert.deepEqual(await complete("it"), all("it's $(touch pwned)"));
  assert.deepEqual(await complete("ze"), all("ze"));
  await server.write({ "zeta/index.ts": answering("zeta") });
  await server.said("zeta ready");
  assert.deepEqual(await complete("ze"), all("zeta"));
  await Deno.remove(`${server.functions}/zeta`, { recursive: true });
  await eventually("it is gone", async () => {
    const { stdout } = await server.cli("list", "--quiet");
    return !stdout.includes("zeta");
  });
  assert.deepEqual(await complete("ze"), all("ze"));
});

Deno.test("completions without a supervisor offer no names and print no errors", async () => {
  for (const shell of SHELLS) {
    await using open = await openShell(shell, { list: LIST });
    const args = ["inspect", "--socket", "/nowhere/ddsrv.sock", "sh"];
    assert.deepEqual(await open.type(`ddsrv ${args.join(" ")}\t`), args);
  }
});
