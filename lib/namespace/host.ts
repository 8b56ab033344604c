import type { Run } from "../system/run.ts";

/** A route of the host, as `ip -j` prints it. */
export interface HostRoute {
  /** A network in CIDR notation, an address, or `default`. */
  readonly dst: string;
  /** Name of the interface; missing for routes without one. */
  readonly dev?: string;
}

/** A network interface of the host. */
export interface HostLink {
  readonly ifname: string;
  readonly ifalias?: string;
}

/** A family of addresses. */
export type Family = "ipv4" | "ipv6";

/** Returns the host's routes of all tables except `local`. */
export async function readRoutes(run: Run, family: Family = "ipv4"): Promise<HostRoute[]> {
  const flag = family === "ipv4" ? "-4" : "-6";
  return parseList<HostRoute>(await run(["ip", "-j", flag, "route", "show"]));
}

/** Returns the host's IPv6 addresses of global scope, private ones included. */
export async function readGlobalAddresses(run: Run): Promise<string[]> {
  const links = parseList<HostAddresses>(
    await run(["ip", "-j", "-6", "addr", "show", "scope", "global"]),
  );
  return links.flatMap(({ addr_info: found = [] }) => found.map(({ local }) => local))
    .filter((local) => local !== undefined);
}

/** Addresses of an interface, as `ip -j` prints them; other interfaces are empty objects. */
interface HostAddresses {
  readonly addr_info?: readonly { readonly local?: string }[];
}

/** Returns the host's ends of veth pairs. */
export async function readVethLinks(run: Run): Promise<HostLink[]> {
  return parseList<HostLink>(await run(["ip", "-j", "link", "show", "type", "veth"]));
}

/** Returns the names of the host's network namespaces. */
export async function readNamespaces(run: Run): Promise<string[]> {
  const list = parseList<{ readonly name: string }>(await run(["ip", "-j", "netns", "list"]));
  return list.map((one) => one.name);
}

/** `ip -j` prints an empty text for an empty list. */
function parseList<Item>(json: string): Item[] {
  return json.trim() === "" ? [] : JSON.parse(json) as Item[];
}
