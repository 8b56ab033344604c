// Measures starts and changes of functions compared to a bare `deno run`, in a separate network
// namespace. It prints figures and asserts nothing, because figures depend on the machine.
import { say } from "./isolation/figures.ts";
import { prepareApplications } from "./lifecycle/applications.ts";
import { PARTS } from "./lifecycle/parts.ts";
import { runInOwnNetwork } from "./own_network.ts";

/** Parts whose functions need packages, which the network namespace can't fetch. */
const WITH_PACKAGES = ["packages", "mixed"];

const names = Object.keys(PARTS);
const unknown = Deno.args.filter((one) => one !== "--json" && !names.includes(one));
if (unknown.length > 0) {
  say(`There is no part "${unknown[0]}". Parts: ${names.join(", ")}. Option: --json`);
  Deno.exit(2);
}
const named = Deno.args.filter((one) => names.includes(one));
const chosen = named.length === 0 ? names : named;
Deno.exit(
  await runInOwnNetwork("tests/bench/lifecycle/measures.ts", {
    args: [...chosen, ...Deno.args.filter((one) => one === "--json")],
    async prepare(cache) {
      if (!chosen.some((part) => WITH_PACKAGES.includes(part))) return;
      // Without the network, these parts say that they are skipped.
      await prepareApplications(cache).catch(() => {});
    },
  }),
);
