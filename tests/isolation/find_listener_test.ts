import assert from "node:assert/strict";
import { followListener } from "../../lib/isolation/find_listener.ts";
import type { Listener } from "../../lib/process/socket_table.ts";

const any = (port: number): Listener => ({ port, scope: "any" });

/** Follows a function with these listeners at each look; returns the moves, and the last doubt. */
async function follow(
  looks: readonly (readonly Listener[])[],
  { found, port = 8000 }: { readonly found: number; readonly port?: number },
): Promise<
  { readonly moves: number[]; readonly doubt: readonly string[]; readonly looks: number }
> {
  const moves: number[] = [];
  let doubt: readonly string[] = [];
  let count = 0;
  await followListener({
    pid: 1,
    port,
    defaultPort: 8000,
    startFile: "",
    found,
    onDoubt: (problems) => doubt = problems,
    onMoved: (listener) => void moves.push(listener.port),
    signal: AbortSignal.any([]),
    pause: () => Promise.resolve(),
    read: () => Promise.resolve([...looks[count++] ?? looks.at(-1)!]),
  });
  return { moves, doubt, looks: count };
}

Deno.test("followListener() moves from metrics to the app, and says which ports there are", async () => {
  const { moves, doubt } = await follow([[any(9100)], [any(9100), any(3000)]], { found: 9100 });
  assert.deepEqual(moves, [3000]);
  assert.match(doubt[0] ?? "", /ports 3000, 9100, and ddsrv serves 3000/);
});

Deno.test("followListener() ends with the preferred port, without a doubt", async () => {
  const looks = [[any(9100)], [any(9100), any(3000)], [any(3000), any(8000), any(9100)], []];
  assert.deepEqual(await follow(looks, { found: 9100 }), {
    moves: [3000, 8000],
    doubt: [],
    looks: 3,
  });
});

Deno.test("followListener() does not look at a function on the preferred port, or with its own", async () => {
  const none = { moves: [], doubt: [], looks: 0 };
  assert.deepEqual(await follow([[any(1)]], { found: 8000 }), none);
  assert.deepEqual(await follow([[any(1)]], { found: 9100, port: 9100 }), none);
});

Deno.test("followListener() looks nine times at most", async () => {
  const { moves, looks } = await follow([[any(3000)]], { found: 3000 });
  assert.deepEqual({ moves, looks }, { moves: [], looks: 9 });
});
