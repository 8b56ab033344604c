/** How long the kernel keeps a flow of datagrams without an answer, in seconds: 30. */
const FILE = "/proc/sys/net/netfilter/nf_conntrack_udp_timeout";

/**
 * Has this network namespace keep flows for an hour, so that the first is still there when the last has
 * come, however long that takes. Disposing of it puts back what was there.
 */
export async function keepFlows(): Promise<AsyncDisposable> {
  const before = await Deno.readTextFile(FILE);
  await Deno.writeTextFile(FILE, "3600");
  return { [Symbol.asyncDispose]: () => Deno.writeTextFile(FILE, before) };
}
