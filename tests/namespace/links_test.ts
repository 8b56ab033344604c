import assert from "node:assert/strict";
import { addressPair, parseAddressRange } from "../../lib/namespace/address.ts";
import { createLinks } from "../../lib/namespace/links.ts";
import { ownerOf } from "../../lib/namespace/owner.ts";
import type { VethPlan } from "../../lib/namespace/veth.ts";
import type { Run } from "../../lib/system/run.ts";

const owner = ownerOf("a1b2c3");

function plan(index: number): VethPlan {
  const lease = {
    index,
    namespace: `${owner.namespacePrefix}${index}`,
    interface: `${owner.interfacePrefix}${index}`,
    addresses: addressPair(parseAddressRange("10.213.0.0/16"), index),
  };
  return { lease, alias: `${owner.aliasPrefix}app` };
}

/** A fake host with only namespaces, of which some are `taken`, that records its commands. */
function host(taken: readonly string[] = []) {
  const namespaces = new Set(taken);
  const commands: string[] = [];
  const run: Run = (command, options = {}) => {
    const [program = ""] = command;
    if (command[1] === "-j") {
      const list = command[2] === "netns" ? [...namespaces] : [];
      return Promise.resolve(JSON.stringify(list.map((name) => ({ name }))));
    }
    const lines = (program === "sh" ? command[4]! : options.stdin!).trim().split("\n");
    const changes = lines.map((line) => line.split(" ")).filter(([what]) => what === "netns");
    commands.push(changes.map(([, verb, name]) => `${verb} ${name!.split("-")[2]}`).join(", "));
    for (const [, verb, name = ""] of changes) {
      if (verb === "add" && namespaces.has(name)) {
        return Promise.reject(new Error(`${name} exists`));
      }
      if (verb === "add") namespaces.add(name);
      // Like -force: continues, and fails at the end.
      else if (!namespaces.delete(name)) options = { ...options, stdin: "failed" };
    }
    return options.stdin === "failed" ? Promise.reject(new Error("no such")) : Promise.resolve("");
  };
  return { run, namespaces, commands };
}

Deno.test("open() of many is one command", async () => {
  const { run, commands } = host();
  const links = createLinks(owner, run);
  await Promise.all([1, 2, 3].map(plan).map(links.open));
  assert.deepEqual(commands, ["add 1, add 2, add 3"]);
});

Deno.test("open() removes the leftovers of a failed command, and rejects only the cause", async () => {
  const { run, commands, namespaces } = host([`${owner.namespacePrefix}3`]);
  // Another process still uses it.
  const { delete: remove } = Set.prototype;
  namespaces.delete = (name) => name.endsWith("-3") ? false : remove.call(namespaces, name);
  const links = createLinks(owner, run);
  const results = await Promise.allSettled([1, 2, 3].map(plan).map(links.open));
  assert.deepEqual(results.map((one) => one.status), ["fulfilled", "fulfilled", "rejected"]);
  assert.deepEqual(commands, [
    "add 1, add 2, add 3",
    "del 1, del 2, del 3",
    "add 1, add 2",
    "add 3",
    "del 3",
  ]);
});

Deno.test("close() of many is one command, and ignores missing links", async () => {
  const { run, commands, namespaces } = host([1, 2].map((one) => `${owner.namespacePrefix}${one}`));
  const links = createLinks(owner, run);
  await Promise.all([1, 2, 3].map((index) => links.close(plan(index).lease)));
  assert.deepEqual(commands, ["del 1, del 2, del 3"]);
  assert.equal(namespaces.size, 0);
});

Deno.test("close() rejects when a link remains", async () => {
  const { run, namespaces } = host([`${owner.namespacePrefix}1`]);
  namespaces.delete = () => false;
  await assert.rejects(createLinks(owner, run).close(plan(1).lease), { message: "no such" });
});
