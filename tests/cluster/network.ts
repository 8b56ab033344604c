/** The network of one host: a namespace. */
export interface HostPlace {
  /** Name of the host and of its network namespace. */
  readonly name: string;
  readonly address: string;
}

/** Address of this namespace, in which the front and the clients run (TEST-NET-1). */
export const FRONT_ADDRESS = "192.0.2.1";

/** Creates hosts in a network with this namespace; it is the only way out of them. */
export async function openNetwork(count: number): Promise<readonly HostPlace[]> {
  await command("mount", "-t", "tmpfs", "tmpfs", "/run");
  await Deno.mkdir("/run/netns");
  await command("ip", "link", "set", "lo", "up");
  await command("ip", "link", "add", "hosts", "type", "bridge");
  await command("ip", "addr", "add", `${FRONT_ADDRESS}/24`, "dev", "hosts");
  await command("ip", "link", "set", "hosts", "up");
  const places: HostPlace[] = [];
  for (let index = 1; index <= count; index++) places.push(await openPlace(index));
  return places;
}

async function openPlace(index: number): Promise<HostPlace> {
  const name = `host${index}`;
  const address = `192.0.2.${10 + index}`;
  await command("ip", "netns", "add", name);
  await command(
    ...["ip", "link", "add", `to-${name}`, "type", "veth", "peer", "eth0", "netns", name],
  );
  await command("ip", "link", "set", `to-${name}`, "master", "hosts", "up");
  await command("ip", "-n", name, "addr", "add", `${address}/24`, "dev", "eth0");
  for (const link of ["lo", "eth0"]) await command("ip", "-n", name, "link", "set", link, "up");
  await command("ip", "-n", name, "route", "add", "default", "via", FRONT_ADDRESS);
  return { name, address };
}

/** Runs a command to its end, and returns its output; throws with its errors if it fails. */
export async function command(...words: readonly string[]): Promise<string> {
  const [program = "", ...args] = words;
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`${words.join(" ")} failed: ${decoder.decode(stderr)}`);
}
