import type { Run } from "../system/run.ts";

/** One route of the host, as far as we look at it. */
export interface HostRoute {
  /** A network in CIDR notation, an address, or `default`. */
  readonly dst: string;
  /** Name of the interface; routes that go nowhere have none. */
  readonly dev?: string;
}

/** A network interface of the host. */
export interface HostLink {
  readonly ifname: string;
  readonly ifalias?: string;
}

/** The host's IPv4 routes, of all tables but `local`. */
export async function readRoutes(run: Run): Promise<HostRoute[]> {
  return parseList<HostRoute>(await run(["ip", "-j", "-4", "route", "show"]));
}

/** The host's ends of veth pairs. */
export async function readVethLinks(run: Run): Promise<HostLink[]> {
  return parseList<HostLink>(await run(["ip", "-j", "link", "show", "type", "veth"]));
}

/** Names of the host's network namespaces. */
export async function readNamespaces(run: Run): Promise<string[]> {
  const list = parseList<{ readonly name: string }>(await run(["ip", "-j", "netns", "list"]));
  return list.map((one) => one.name);
}

/** `ip -j` prints nothing at all where a list is empty. */
function parseList<Item>(json: string): Item[] {
  return json.trim() === "" ? [] : JSON.parse(json) as Item[];
}
