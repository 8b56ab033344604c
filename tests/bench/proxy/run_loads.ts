import type { Bench } from "./bench.ts";
import type { BusyLoad, BusyResult } from "./busy_load.ts";
import type { EventLoad, EventResult } from "./event_load.ts";
import type { LoadSamples, Sample } from "./figures.ts";
import { denoCommand, type Proxy } from "./proxies.ts";
import type { VisitorLoad, VisitorResult } from "./visitor_load.ts";

/** A load, which runs once against a proxy. */
export interface NamedLoad {
  readonly name: string;
  readonly take: (proxy: Proxy) => Promise<Sample>;
}

/** Loads and their results by the type of the load. */
interface Loads {
  readonly busy: readonly [BusyLoad, BusyResult];
  readonly events: readonly [EventLoad, EventResult];
  readonly visitor: readonly [VisitorLoad, VisitorResult];
}

/** Time that a client may take in addition to its load. */
const GRACE_MS = 30_000;
/** Clients that connect at the same time: few, because the parts of their own measure connects. */
export const AT_ONCE = 32;

const WARM_UP_MS = 1_500;

/**
 * Runs each load against each proxy in turn, round by round. Each round begins with another proxy,
 * so that the order has no effect.
 */
export async function runLoads(
  { proxies, rounds }: Bench,
  loads: readonly NamedLoad[],
): Promise<LoadSamples[]> {
  const all = loads.map(({ name, take }) => ({
    name,
    take,
    samples: new Map(proxies.map((proxy) => [proxy.name, [] as Sample[]])),
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { take, samples } of all) {
      for (let turn = 0; turn < proxies.length; turn++) {
        const proxy = proxies[(round + turn) % proxies.length]!;
        samples.get(proxy.name)!.push(await take(proxy));
      }
    }
  }
  return all.map(({ name, samples }) => ({ load: name, proxies: samples }));
}

/** Puts each proxy under a short load, so that its code is compiled. */
export async function warmUp(bench: Bench): Promise<void> {
  for (const { to, pids } of bench.proxies) {
    const load = { type: "busy", connections: 64, warmMs: 0, idleMs: 0 } as const;
    await runClient(bench, {
      ...load,
      ...to("origin", "/"),
      atOnce: AT_ONCE,
      isFresh: false,
      measureMs: WARM_UP_MS,
      pids,
    });
  }
}

/** Runs a load in a process of its own, and returns its result. */
export async function runClient<Type extends keyof Loads>(
  { processes }: Pick<Bench, "processes">,
  load: Loads[Type][0] & { readonly type: Type },
): Promise<Loads[Type][1]> {
  const command = denoCommand("load_client.ts", [JSON.stringify(load)]);
  const output = await processes.run(command, load.measureMs + GRACE_MS);
  if (output === "") throw new Error(`The client gave no result for ${JSON.stringify(load)}`);
  return JSON.parse(output);
}
