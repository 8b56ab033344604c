import { deepEqual, match } from "node:assert/strict";
import { assignHost, type DomainRules } from "../../lib/supervisor/assign_domains.ts";

interface Case {
  readonly asked: Readonly<Record<string, readonly string[]>>;
  readonly holders?: Readonly<Record<string, string>>;
  readonly given?: Partial<DomainRules>;
  /** The holder whose manifest is not read yet. */
  readonly unread?: string;
  readonly owners: Readonly<Record<string, string>>;
  /** Part of the only problem of each function. */
  readonly problems?: Readonly<Record<string, RegExp>>;
}

const SHOP = "shop.test";

const CASES: Readonly<Record<string, Case>> = {
  "gives a host to the function that asks for it": {
    asked: { a: [SHOP, "www.shop.test"], b: [] },
    owners: { [SHOP]: "a", "www.shop.test": "a" },
  },
  "prefers the first function by name": {
    asked: { b: [SHOP], a: [SHOP] },
    owners: { [SHOP]: "a" },
    problems: {
      b: /^It does not serve shop\.test, which is a domain of the function "a"\. Remove/,
    },
  },
  "leaves a host to the function that has it": {
    asked: { b: [SHOP], a: [SHOP] },
    holders: { [SHOP]: "b" },
    owners: { [SHOP]: "b" },
    problems: { a: /which is a domain of the function "b"/ },
  },
  "takes a host from a function that does not ask for it any more": {
    asked: { b: [], a: [SHOP] },
    holders: { [SHOP]: "b" },
    owners: { [SHOP]: "a" },
  },
  "takes a host from a function that is gone": {
    asked: { a: [SHOP] },
    holders: { [SHOP]: "b" },
    owners: { [SHOP]: "a" },
  },
  "keeps a host for a function whose manifest is not read yet": {
    asked: { a: [SHOP] },
    holders: { [SHOP]: "b", "old.test": "c" },
    unread: "b",
    owners: { [SHOP]: "b" },
    problems: { a: /which is a domain of the function "b"/ },
  },
  "prefers the function that the operator names, even to the one that has the host": {
    asked: { a: [SHOP], b: [SHOP], c: [SHOP] },
    holders: { [SHOP]: "a" },
    given: { isAssigned: (name) => name !== "a" },
    owners: { [SHOP]: "b" },
    problems: { a: /function "b"/, c: /function "b"/ },
  },
  "gives nothing that the settings do not allow any more": {
    asked: { a: [SHOP], b: [SHOP] },
    holders: { [SHOP]: "a" },
    given: { allows: (name) => name === "b" },
    owners: { [SHOP]: "b" },
    problems: { a: /^It does not serve shop\.test: the settings do not allow/ },
  },
  "does not keep an unread host that the settings do not allow": {
    asked: {},
    holders: { [SHOP]: "b" },
    unread: "b",
    given: { allows: () => false },
    owners: {},
    problems: { b: /the settings do not allow/ },
  },
  "leaves a domain itself to the root function": {
    asked: { evil: ["example.org"], www: ["example.org"] },
    given: { domains: ["example.org"], root: "www" },
    owners: { "example.org": "www" },
    problems: { evil: /example\.org, which belongs to the function "www" by --root$/ },
  },
  "gives a domain itself to a function without a root function": {
    asked: { a: ["example.org"] },
    given: { domains: ["example.org"] },
    owners: { "example.org": "a" },
  },
};

for (const [what, one] of Object.entries(CASES)) {
  Deno.test(`assignHost() ${what}`, () => decide(one));
}

Deno.test("assignHost() leaves NAME.DOMAIN to the function NAME", () => {
  decide({
    asked: { evil: ["hello.example.org", "free.example.org"], hello: ["hello.example.org"] },
    holders: { "hello.example.org": "evil" },
    given: { domains: ["org", "example.org"], isFunction: (name) => name === "hello" },
    owners: { "hello.example.org": "hello", "free.example.org": "evil" },
    problems: { evil: /hello\.example\.org, which belongs to the function "hello" by --domain$/ },
  });
});

function decide({ asked, holders = {}, given, unread, owners, problems = {} }: Case): void {
  const rules: DomainRules = {
    isFunction: () => false,
    allows: () => true,
    isAssigned: () => false,
    domains: [],
    root: undefined,
    ...given,
  };
  const hosts = new Set([...Object.values(asked).flat(), ...Object.keys(holders)]);
  const found = [...hosts].map((host) => {
    const askers = Object.keys(asked).filter((name) => asked[name]!.includes(host)).sort();
    const holder = holders[host];
    const isHolderUnread = holder !== undefined && holder === unread;
    return { host, ...assignHost({ host, askers, holder, isHolderUnread }, rules) };
  });
  const owned = found.flatMap(({ host, owner }) => owner === undefined ? [] : [[host, owner]]);
  deepEqual(Object.fromEntries(owned), owners);
  const said = found.flatMap(({ problems }) => [...problems]);
  deepEqual(said.map(([name]) => name).sort(), Object.keys(problems).sort());
  for (const [name, sentence] of said) match(sentence, problems[name]!);
}
