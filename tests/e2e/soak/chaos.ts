import { join } from "node:path";
import { deriveOwnerId } from "../../../lib/owner/owner_id.ts";
import { type Server, writeFiles } from "../support/harness.ts";
import { ended, removed, type Slot, UNUSED, written } from "./model.ts";
import type { Random } from "./random.ts";

/** Functions that are added, changed and removed at random, and their expected state. */
export interface Chaos {
  readonly slots: ReadonlyMap<string, Slot>;
  /** All texts that each name could ever answer. */
  readonly texts: ReadonlyMap<string, ReadonlySet<string>>;
  /** Performs a random action on a random function and returns its description. */
  readonly act: () => Promise<string>;
}

/** Maximum number of exits of a function, because each makes the restart delay longer. */
const MAX_ENDS = 3;

const good = (text: string): string =>
  `Deno.serve((request) => {
  if (new URL(request.url).pathname === "/die") Deno.exit(1);
  return new Response("${text}");
});
`;

/** Code that can't be served, for different reasons. */
const BAD = [
  "const wrong: string = 1;\n",
  'import "./missing.ts";\n',
  "Deno.exit(5);\n",
  'throw new Error("not today");\n',
];

/** Starts without folders. */
export function createChaos(
  server: Server,
  { names, random }: { readonly names: readonly string[]; readonly random: Random },
): Chaos {
  const slots = new Map<string, Slot>(names.map((name) => [name, UNUSED]));
  const texts = new Map<string, Set<string>>(names.map((name) => [name, new Set()]));
  const directoryOf = (name: string): string => join(server.functions, name);
  const namesWith = (isIt: (slot: Slot) => boolean): string[] =>
    names.filter((name) => isIt(slots.get(name)!));
  let version = 0;

  function change(name: string, next: (slot: Slot) => Slot): void {
    const slot = next(slots.get(name)!);
    slots.set(name, slot);
    if (slot.text !== undefined) texts.get(name)!.add(slot.text);
  }

  async function write(name: string): Promise<string> {
    const text = `${name} ${++version}`;
    change(name, (slot) => written(slot, text));
    await writeFiles(directoryOf(name), { "index.ts": good(text) });
    return `write ${name}`;
  }

  async function spoil(name: string): Promise<string> {
    change(name, (slot) => written(slot, undefined));
    await writeFiles(directoryOf(name), { "index.ts": random.pick(BAD) });
    return `spoil ${name}`;
  }

  async function remove(name: string): Promise<string> {
    change(name, removed);
    await Deno.remove(directoryOf(name), { recursive: true });
    return `remove ${name}`;
  }

  async function rename(name: string, to: string): Promise<string> {
    const { text } = slots.get(name)!;
    change(to, (slot) => written(slot, text));
    change(name, removed);
    await Deno.rename(directoryOf(name), directoryOf(to));
    return `rename ${name} to ${to}`;
  }

  async function crash(name: string): Promise<string> {
    change(name, ended);
    await fetch(`${server.url}/${name}/die`, { signal: AbortSignal.timeout(2_000) })
      .then((response) => response.body?.cancel(), () => {});
    return `crash ${name}`;
  }

  /** Kills the function's process, if it still belongs to this supervisor. */
  async function kill(name: string): Promise<string> {
    change(name, ended);
    const { pid } = await server.inspect(name).catch(() => ({ pid: null }));
    const group = await Deno.readTextFile(`/proc/${pid}/cgroup`).catch(() => "");
    if (pid !== null && group.includes(`ddsrv-${deriveOwnerId(server.functions)}/`)) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has already exited.
      }
    }
    return `kill ${name}`;
  }

  return {
    slots,
    texts,
    async act() {
      const there = namesWith(({ hasFolder }) => hasFolder);
      const absent = namesWith(({ hasFolder }) => !hasFolder);
      const mortal = namesWith(({ hasFolder, ends }) => hasFolder && ends < MAX_ENDS);
      const dice = random.next();
      if (there.length === 0 || (dice < 0.25 && absent.length > 0)) {
        return await write(random.pick(absent));
      }
      if (dice < 0.5) return await write(random.pick(there));
      if (dice < 0.65) return await spoil(random.pick(names));
      if (dice < 0.73) return await remove(random.pick(there));
      if (dice < 0.8 && absent.length > 0) {
        return await rename(random.pick(there), random.pick(absent));
      }
      if (mortal.length === 0) return await write(random.pick(there));
      return await (dice < 0.9 ? crash : kill)(random.pick(mortal));
    },
  };
}
