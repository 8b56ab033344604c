// Runs only ddsrv's proxy, without functions. Arguments: its port, then pairs of an upstream's name
// and port; with a leading `--reuse-port`, other processes may listen on the same port.
import { openProxy } from "../../../lib/proxy/proxy.ts";
import { RouteTable } from "../../../lib/proxy/route_table.ts";
import { createUpstream } from "../../../lib/proxy/upstream.ts";

const isShared = Deno.args[0] === "--reuse-port";
const [port, ...pairs] = isShared ? Deno.args.slice(1) : Deno.args;
if (isShared) {
  const { listen } = Deno;
  const value = (options: Deno.TcpListenOptions): Deno.TcpListener =>
    listen({ ...options, reusePort: true });
  Object.defineProperty(Deno, "listen", { value });
}

const routes = new RouteTable();
for (let index = 0; index < pairs.length; index += 2) {
  const upstream = createUpstream({ hostname: "127.0.0.1", port: Number(pairs[index + 1]) });
  routes.set(pairs[index]!, { type: "ready", upstream });
}
openProxy({
  hostname: "127.0.0.1",
  port: Number(port),
  routes,
  // The whole load comes from one peer.
  limits: { maxConnectionsPerPeer: Infinity, maxInFlightPerPeer: Infinity },
  onError: () => {},
});
