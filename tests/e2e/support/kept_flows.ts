/** Time in seconds that the kernel keeps a flow of UDP datagrams without an answer. Default: 30. */
const FILE = "/proc/sys/net/netfilter/nf_conntrack_udp_timeout";

/**
 * Makes this network namespace keep flows for an hour, so that the first flow still exists when the
 * last one arrives, on any machine. Disposing of it restores the previous time.
 */
export async function keepFlows(): Promise<AsyncDisposable> {
  const before = await Deno.readTextFile(FILE);
  await Deno.writeTextFile(FILE, "3600");
  return { [Symbol.asyncDispose]: () => Deno.writeTextFile(FILE, before) };
}
