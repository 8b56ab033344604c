import assert from "node:assert/strict";
import { ownerOf } from "../../lib/namespace/owner.ts";
import { sweep } from "../../lib/namespace/sweep.ts";
import type { Run } from "../../lib/system/run.ts";

const owner = ownerOf("a1b2c3");
const other = ownerOf("d4e5f6");

/** A fake host that answers like ip(8), and records its commands. */
function host(answers: Readonly<Record<string, string>>): { run: Run; batches: string[] } {
  const batches: string[] = [];
  return {
    batches,
    run(command, options) {
      if (options?.stdin !== undefined) {
        assert.deepEqual(command, ["ip", "-force", "-batch", "-"]);
        batches.push(options.stdin);
        return Promise.resolve("");
      }
      const line = command.join(" ");
      assert.ok(line in answers, `unexpected command: ${line}`);
      return Promise.resolve(answers[line]!);
    },
  };
}

Deno.test("sweep() removes only objects of this owner", async () => {
  const { run, batches } = host({
    "ip -j link show type veth": JSON.stringify([
      { ifname: `${owner.interfacePrefix}1`, ifalias: `${owner.aliasPrefix}hello` },
      { ifname: `${other.interfacePrefix}1`, ifalias: `${other.aliasPrefix}hello` },
      // The name proves nothing without the alias.
      { ifname: `${owner.interfacePrefix}2` },
      { ifname: "veth0", ifalias: "somebody's" },
    ]),
    "ip -j netns list": JSON.stringify([
      { name: `${owner.namespacePrefix}1` },
      { name: `${other.namespacePrefix}1` },
      { name: "mine" },
    ]),
    [`ip netns pids ${owner.namespacePrefix}1`]: "",
  });
  assert.deepEqual(await sweep(owner, run), {
    links: [`${owner.interfacePrefix}1`],
    namespaces: [`${owner.namespacePrefix}1`],
  });
  assert.deepEqual(batches, [
    `link set ${owner.interfacePrefix}1 group ${owner.linkGroup}\n` +
    `link del group ${owner.linkGroup}\nnetns del ${owner.namespacePrefix}1\n`,
  ]);
});

Deno.test("sweep() does nothing on a clean host", async () => {
  const { run, batches } = host({ "ip -j link show type veth": "", "ip -j netns list": "\n" });
  assert.deepEqual(await sweep(owner, run), { links: [], namespaces: [] });
  assert.deepEqual(batches, []);
});

Deno.test("sweep() succeeds when a late command removes the same objects", async () => {
  const left = host({
    "ip -j link show type veth": "",
    "ip -j netns list": JSON.stringify([{ name: `${owner.namespacePrefix}1` }]),
  });
  const gone = host({ "ip -j link show type veth": "", "ip -j netns list": "" });
  let isGone = false;
  const run: Run = (command, options) => {
    if (command.includes("pids")) {
      isGone = true;
      return Promise.reject(new Error("Cannot open network namespace"));
    }
    return (isGone ? gone : left).run(command, options);
  };
  const { namespaces } = await sweep(owner, run);
  assert.deepEqual(namespaces, [`${owner.namespacePrefix}1`]);
});
