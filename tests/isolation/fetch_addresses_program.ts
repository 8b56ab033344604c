// Runs in network and mount namespaces of its own: asks the fetcher, in its sandbox, for names that
// lead to addresses of every kind, and prints the status of each answer.
import { join } from "node:path";
import { createFetcher, FETCH_SOCKET } from "../../lib/check/fetcher.ts";
import { fetcherCommand } from "../../lib/check/fetcher_command.ts";
import { hostEtc } from "../../lib/isolation/host_etc.ts";
import { baseEnvironment } from "../../lib/sandbox/deno_command.ts";
import { writeSystemCallFilter } from "../../lib/sandbox/system_call_filter.ts";

const [directory = "", port = "", ...names] = Deno.args;
const isPrivateAllowed = Deno.env.get("PRIVATE") === "allowed";
const fetches = join(directory, "fetch");
await Deno.mkdir(fetches);
for (const hostname of ["::", "0.0.0.0"]) {
  try {
    Deno.serve({ hostname, port: Number(port), onListen() {} }, () => new Response("reached"));
  } catch (error) {
    // The IPv6 listener may already accept both.
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
  }
}
await using fetcher = createFetcher({
  directory: fetches,
  env: baseEnvironment(),
  launch: await fetcherCommand({
    systemCallFilter: await writeSystemCallFilter(directory),
    landlock: false,
    uid: undefined,
    joinFiles: [],
    etc: await hostEtc(),
    directory: fetches,
    hosts: [],
    isPrivateAllowed,
  }),
});
await using fetching = await fetcher.open(names, new AbortController().signal);
const path = join(fetching.directory, FETCH_SOCKET);
using client = Deno.createHttpClient({ proxy: { transport: "unix", path } });
const statuses: Record<string, number> = {};
for (const name of names) {
  const response = await fetch(`http://${name}:${port}/`, { client });
  await response.body?.cancel();
  statuses[name] = response.status;
}
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(statuses)));
await fetcher[Symbol.asyncDispose]();
Deno.exit(0);
