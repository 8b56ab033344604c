import assert from "node:assert/strict";
import { openControlGroups, readHierarchy } from "../../lib/sandbox/control_groups.ts";
import { openPeerBatch } from "../../lib/namespace/veth.ts";

const ATTACK = new URL("memory_attack.ts", import.meta.url).pathname;
const OWNER = `m${Deno.pid}`;
const MIB = 1024 ** 2;

/** The limit includes Deno's own memory. */
const SMALL = 96 * MIB;
const ROOMY = 2_048 * MIB;

/**
 * A kind of memory, the requested amount, and whether the kernel kills the process or refuses the
 * memory. One connection holds little, because the loopback's packets are small.
 */
const KINDS: readonly [kind: string, bytes: number, fate: "ended" | "refused"][] = [
  ["arrays", 160 * MIB, "ended"],
  ["memfd", 160 * MIB, "ended"],
  ["pipes", 160 * MIB, "ended"],
  ["unix", 160 * MIB, "ended"],
  ["tcp", 64 * MIB, "refused"],
  ["udp", 160 * MIB, "refused"],
];

for (const [kind, bytes, fate] of KINDS) {
  Deno.test(`memory: ${kind} count, and a group above its limit is ${fate}`, async () => {
    await using groups = await openControlGroups(OWNER, await readHierarchy());
    const roomy = await attack(ROOMY);
    assert.ok(roomy.held >= bytes * 0.9, `a roomy group holds ${roomy.held}`);
    assert.equal(roomy.oomKills, 0);
    const small = await attack(SMALL);
    const isEnded = small.oomKills > 0 && small.held === 0;
    // Version 2 counts sockets as memory, and kills the group.
    if (fate === "ended") return assert.ok(isEnded, `a small group holds ${small.held}`);
    assert.ok(isEnded || small.held < SMALL / 2, `a small group holds ${small.held}`);

    async function attack(memoryBytes: number): Promise<Attack> {
      const limits = { memoryBytes, processes: 256, cpu: Infinity };
      await using group = await groups.open("1", limits);
      return {
        held: await run(`${kind} ${bytes}`, group.joinFiles),
        oomKills: await group.oomKills(),
      };
    }
  });
}

interface Attack {
  /** Bytes; `undefined` when it was killed. */
  readonly held: number;
  readonly oomKills: number;
}

/** Runs an attack in a group, and in a network with the loopback of a function. */
async function run(args: string, joinFiles: readonly string[]): Promise<number> {
  const [loopback] = openPeerBatch({
    index: 1,
    namespace: "",
    interface: "",
    addresses: { host: "", peer: "", ordinal: 1 },
  }).split("\n");
  const script = `ip ${loopback}; for file; do echo 0 >"$file"; done
exec "$DENO" run --quiet --no-check --allow-all --unstable-net "$ATTACK" ${args}`;
  const { stdout } = await new Deno.Command("unshare", {
    args: ["--net", "sh", "-c", script, "sh", ...joinFiles],
    env: { DENO: Deno.execPath(), ATTACK },
    stderr: "null",
  }).output();
  return Number(new TextDecoder().decode(stdout));
}
