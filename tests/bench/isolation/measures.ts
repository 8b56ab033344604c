import { type Open, printHeading, printSamples, sample, say, takeSamples } from "./figures.ts";
import { measureFilter } from "./filter.ts";
import { type Ground, openGround } from "./ground.ts";
import { openBare, openInSandbox, openIsolated, openSandbox } from "./instances.ts";

/** Number of namespaces at once, and number of rounds. */
const NAMESPACES = [[1, 15], [50, 5], [200, 5]] as const;
const INSTANCES = [[50, 3], [200, 3]] as const;
const SINGLE_ROUNDS = 15;

/**
 * Ports of bare processes. Each start has its own port, so that it meets no leftover of another
 * one.
 */
let nextPort = 20_000;

await using ground = await openGround();
say("Medians, in milliseconds: of all at once and for each; ratio and more are to the first line.");

printHeading("one, spawn to first answer");
printSamples(
  await takeSamples({
    "bare deno run": () => sample(() => openBare(ground, nextPort++)),
    "with sandbox and group, its namespace being there": () => inOpenNamespace(ground),
    "with sandbox, group and namespace": () => sample(() => openIsolated(ground)),
  }, SINGLE_ROUNDS),
  1,
);

printHeading("namespaces at once");
for (const [count, rounds] of NAMESPACES) {
  const open = atOnce(count, async () => {
    const namespace = await ground.network.open({ label: "app", egress: "internet" });
    return async () => await namespace[Symbol.asyncDispose]();
  });
  printSamples(await takeSamples({ [`${count}`]: () => sample(open) }, rounds), count);
}

for (const [count, rounds] of INSTANCES) {
  printHeading(`${count} at once, spawn to the last one's first answer`);
  printSamples(
    await takeSamples({
      "bare deno run": () => sample(atOnce(count, () => openBare(ground, nextPort++))),
      "with sandbox, group and namespace": () => sample(atOnce(count, () => openIsolated(ground))),
    }, rounds),
    count,
  );
}

await measureFilter();

async function inOpenNamespace(ground: Ground) {
  await using sandbox = await openSandbox(ground);
  return await sample(() => openInSandbox(ground, sandbox));
}

function atOnce(count: number, open: Open): Open {
  return async () => {
    const closes = await Promise.all(Array.from({ length: count }, open));
    return () => Promise.all(closes.map((close) => close()));
  };
}
