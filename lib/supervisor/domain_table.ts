import { assignHost, type DomainRules } from "./assign_domains.ts";
import type { HeldDomains } from "./held_domains.ts";

/** Options of {@linkcode createDomainTable}. */
export interface DomainTableOptions extends Pick<DomainRules, "isFunction"> {
  /** Names of functions by host, from before the start. */
  readonly before: HeldDomains["before"];
  /** Returns the parts of the settings that decide. */
  readonly settings: () => Omit<DomainRules, "isFunction">;
  /** Returns true for a function that exists, or that may turn up with the next scan. */
  readonly isKnown: (name: string) => boolean;
  /** Called after each change. */
  readonly onChange: (owners: ReadonlyMap<string, string>) => void;
}

/** Domains of the functions of one supervisor. */
export interface DomainTable {
  /** Sets the hosts that a function asks for; `undefined` if that is unknown, or it is gone. */
  readonly ask: (name: string, hosts: readonly string[] | undefined) => void;
  /**
   * Decides again, after a change of settings, or after functions with these names came or went. The
   * time for that does not depend on the number of other functions.
   */
  readonly update: (names?: ReadonlySet<string>) => void;
  /** Returns the hosts of a function, sorted. */
  readonly domainsOf: (name: string) => readonly string[];
  /** Returns the reasons why a function does not have hosts that it asks for; at most ten. */
  readonly problemsOf: (name: string) => readonly string[];
}

/** A manifest can ask for many hosts, and each sentence is shown. */
const MAX_PROBLEMS = 10;

/** Creates the table; before a function's manifest is read, it keeps the hosts that it had. */
export function createDomainTable(options: DomainTableOptions): DomainTable {
  const { settings, isKnown, isFunction, onChange } = options;
  const asked = new Map<string, readonly string[]>();
  const askers = new Map<string, Set<string>>();
  const owners = new Map(options.before);
  const held = new Map<string, Set<string>>();
  for (const [host, name] of owners) addTo(held, name, host);
  /** Problems of functions, by host and name. */
  const problems = new Map<string, ReadonlyMap<string, string>>();

  function decide(hosts: ReadonlySet<string>): void {
    if (hosts.size === 0) return;
    const rules = { ...settings(), isFunction };
    let isChanged = false;
    for (const host of hosts) {
      const holder = owners.get(host);
      const found = assignHost({
        host,
        askers: [...askers.get(host) ?? []].sort(),
        holder,
        isHolderUnread: holder !== undefined && !asked.has(holder) && isKnown(holder),
      }, rules);
      if (found.problems.size === 0) problems.delete(host);
      else problems.set(host, found.problems);
      if (found.owner === holder) continue;
      isChanged = true;
      if (holder !== undefined) removeFrom(held, holder, host);
      if (found.owner === undefined) owners.delete(host);
      else {
        owners.set(host, found.owner);
        addTo(held, found.owner, host);
      }
    }
    if (isChanged) onChange(new Map(owners));
  }

  /** Returns the hosts for which it matters if a function exists. */
  function hostsOf(name: string, domains: readonly string[]): readonly string[] {
    const named = domains.map((domain) => `${name}.${domain}`)
      .filter((host) => askers.has(host) || owners.has(host));
    return [...asked.get(name) ?? [], ...held.get(name) ?? [], ...named];
  }

  return {
    ask(name, hosts) {
      const before = asked.get(name);
      if (String(before) === String(hosts) && (before === undefined) === (hosts === undefined)) {
        return;
      }
      if (hosts === undefined) asked.delete(name);
      else asked.set(name, hosts);
      for (const host of before ?? []) removeFrom(askers, host, name);
      for (const host of hosts ?? []) addTo(askers, host, name);
      decide(new Set([...before ?? [], ...hosts ?? [], ...held.get(name) ?? []]));
    },
    update(names) {
      if (askers.size === 0 && owners.size === 0) return;
      if (names === undefined) return decide(new Set([...askers.keys(), ...owners.keys()]));
      const { domains } = settings();
      decide(new Set([...names].flatMap((name) => hostsOf(name, domains))));
    },
    domainsOf: (name) => [...held.get(name) ?? []].sort(),
    problemsOf: (name) =>
      (asked.get(name) ?? []).flatMap((host) => problems.get(host)?.get(name) ?? [])
        .slice(0, MAX_PROBLEMS),
  };
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function removeFrom(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
