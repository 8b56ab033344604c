/** Input of {@linkcode assignDomains}. Hosts are in lower case. */
export interface DomainClaims {
  /** Hosts that each function asks for. */
  readonly asked: ReadonlyMap<string, readonly string[]>;
  /** Names of the functions that have had a host so far, by host. */
  readonly holders: ReadonlyMap<string, string>;
  /** Returns true for a function whose manifest has not been read yet. */
  readonly isUnread: (name: string) => boolean;
  readonly isFunction: (name: string) => boolean;
  /** Returns true if the present settings let a function have a host. */
  readonly allows: (name: string, host: string) => boolean;
  /** Returns true if the operator has given a host to a function by name. */
  readonly isAssigned: (name: string, host: string) => boolean;
  /** Domains whose subdomains name functions. */
  readonly domains: readonly string[];
  readonly root: string | undefined;
}

/** Result of {@linkcode assignDomains}. */
export interface AssignedDomains {
  /** Names of functions by host. */
  readonly owners: ReadonlyMap<string, string>;
  /** Hosts that functions ask for and do not have, a sentence each, by name; at most ten. */
  readonly problems: ReadonlyMap<string, readonly string[]>;
}

/** A manifest can ask for many hosts, and each sentence is shown. */
const MAX_PROBLEMS = 10;

/**
 * Decides which function has which host. A host belongs to one function: to the one that the
 * operator gave it to, else to the one that has it already, else to the first by name. No function
 * can take `NAME.DOMAIN` from the function NAME, or a domain itself from the root function.
 */
export function assignDomains(claims: DomainClaims): AssignedDomains {
  const { asked, holders, isUnread, isAssigned } = claims;
  const owners = new Map<string, string>();
  const problems = new Map<string, string[]>();
  const complain = (name: string, problem: string): void => {
    const known = listOf(problems, name);
    if (known.length < MAX_PROBLEMS) known.push(problem);
  };
  const wanted = new Map<string, string[]>();
  for (const name of [...asked.keys()].sort()) {
    for (const host of asked.get(name)!) listOf(wanted, host).push(name);
  }
  for (const [host, name] of holders) {
    if (isUnread(name)) listOf(wanted, host).push(name);
  }
  for (const [host, names] of wanted) {
    const entitled = names.filter((name) => {
      const problem = problemWith(claims, { name, host });
      if (problem !== undefined) complain(name, problem);
      return problem === undefined;
    });
    const assigned = entitled.filter((name) => isAssigned(name, host));
    const first = assigned.length > 0 ? assigned : entitled;
    const owner = first.find((name) => name === holders.get(host)) ?? first[0];
    if (owner === undefined) continue;
    owners.set(host, owner);
    for (const name of entitled.filter((one) => one !== owner)) complain(name, taken(host, owner));
  }
  return { owners, problems };
}

function listOf(lists: Map<string, string[]>, key: string): string[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function problemWith(
  { domains, root, allows, isFunction }: DomainClaims,
  { name, host }: { readonly name: string; readonly host: string },
): string | undefined {
  if (!allows(name, host)) {
    return `It does not serve ${host}: the settings do not allow this domain any more`;
  }
  // The longest domain that matches decides, as for requests.
  const [domain] = domains.filter((one) => host.endsWith(`.${one}`))
    .sort((a, b) => b.length - a.length);
  const named = domain === undefined ? undefined : host.slice(0, -domain.length - 1);
  if (named !== undefined && named !== name && isFunction(named)) {
    return `It does not serve ${host}, which belongs to the function "${named}" by --domain`;
  }
  if (root !== undefined && root !== name && domains.includes(host)) {
    return `It does not serve ${host}, which belongs to the function "${root}" by --root`;
  }
  return undefined;
}

function taken(host: string, owner: string): string {
  return `It does not serve ${host}, which is a domain of the function "${owner}". Remove it from ` +
    "one of the two";
}
