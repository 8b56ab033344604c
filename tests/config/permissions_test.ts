import assert from "node:assert/strict";
import {
  defaultPermissions,
  excessPermission,
  formatPermission,
  type Permission,
  PERMISSION_KINDS,
  type PermissionKind,
  type Permissions,
  type SomePermissions,
  withPermissions,
} from "../../lib/config/permissions.ts";

const all = withPermissions(defaultPermissions, "all");

Deno.test("default permissions deny programs and native code, and limit writing", () => {
  const { run, ffi, write } = defaultPermissions;
  assert.deepEqual([run, ffi, write], [false, false, ["/tmp", "/ddsrv/data"]]);
});

Deno.test("withPermissions() grants every kind for all", () => {
  assert.deepEqual(Object.keys(all).sort(), [...PERMISSION_KINDS].sort());
  assert.ok(Object.values(all).every((permission) => permission === true));
});

const laid: readonly [some: SomePermissions, changed: Partial<Permissions>][] = [
  [{}, {}],
  [{ read: undefined }, {}],
  [{ net: false }, { net: false }],
  [{ run: true, write: false }, { run: true, write: false }],
  [{ write: ["/x"] }, { write: ["/x"] }],
  [{ env: [] }, { env: [] }],
];

for (const [some, changed] of laid) {
  Deno.test(`withPermissions() overrides the base with ${JSON.stringify(some)}`, () => {
    const before = structuredClone(defaultPermissions);
    assert.deepEqual(withPermissions(defaultPermissions, some), { ...before, ...changed });
    assert.deepEqual(defaultPermissions, before);
  });
}

const excesses: [
  kind: PermissionKind,
  asked: Permission,
  ceiling: Permission,
  excess?: string,
][] = [
  ["net", true, true],
  ["net", false, true],
  ["net", ["a"], true],
  ["net", false, false],
  ["net", true, false, '"net"'],
  ["net", ["a"], false, '"net"'],
  ["net", true, ["a"], '"net"'],
  ["net", false, ["a"]],
  ["net", [], ["a"]],
  ["net", ["a"], ["a"]],
  ["net", ["a"], [], '"net" of "a"'],
  ["net", ["a", "b"], ["b", "a", "c"]],
  ["net", ["a", "b", "c"], ["a"], '"net" of "b"'],
  ["net", ["a:443"], ["a:80"], '"net" of "a:443"'],
  ["net", ["a/b"], ["a"], '"net" of "a/b"'],
  ["env", ["AB"], ["A"], '"env" of "AB"'],
  ["env", ["a"], ["A"], '"env" of "a"'],
  ["sys", ["hostname"], ["hostname", "osRelease"]],
  ["run", ["/bin/sh"], ["/bin"], '"run" of "/bin/sh"'],
  ["run", ["sh"], ["sh"]],
  ["ffi", ["/lib/a.so"], ["/lib"], '"ffi" of "/lib/a.so"'],
  ["ffi", true, false, '"ffi"'],
];

for (const kind of ["read", "write"] as const) {
  excesses.push(
    [kind, ["/tmp"], ["/tmp"]],
    [kind, ["/tmp/x", "/tmp/x/y"], ["/tmp"]],
    [kind, ["/tmp/x"], ["/tmp/"]],
    [kind, ["/tmp/./x", "/tmp//x", "/tmp/x/../y"], ["/tmp"]],
    [kind, ["/etc"], ["/"]],
    [kind, ["/tmpx"], ["/tmp"], `"${kind}" of "/tmpx"`],
    [kind, ["/tmp/../etc"], ["/tmp"], `"${kind}" of "/tmp/../etc"`],
    [kind, ["/tmp/x/../../etc"], ["/tmp"], `"${kind}" of "/tmp/x/../../etc"`],
    [kind, ["/tmp/.."], ["/tmp"], `"${kind}" of "/tmp/.."`],
    [kind, ["/tmp/../tmpx"], ["/tmp/"], `"${kind}" of "/tmp/../tmpx"`],
    [kind, ["tmp/x"], ["/tmp"], `"${kind}" of "tmp/x"`],
    [kind, ["../tmp/x"], ["/tmp"], `"${kind}" of "../tmp/x"`],
    [kind, ["/"], ["/tmp"], `"${kind}" of "/"`],
    [kind, ["/TMP/x"], ["/tmp"], `"${kind}" of "/TMP/x"`],
    [kind, ["/tmp/x", "/etc"], ["/tmp", "/opt"], `"${kind}" of "/etc"`],
    [kind, ["/tmp"], ["/tmp/x"], `"${kind}" of "/tmp"`],
  );
}

for (const [kind, asked, ceiling, excess] of excesses) {
  const what = `${kind} ${JSON.stringify(asked)} under ${JSON.stringify(ceiling)}`;
  Deno.test(`excessPermission() of ${what} is ${excess ?? "nothing"}`, () => {
    const found = excessPermission({ ...all, [kind]: asked }, { ...all, [kind]: ceiling });
    assert.equal(found, excess);
  });
}

Deno.test("excessPermission() checks every kind", () => {
  for (const kind of PERMISSION_KINDS) {
    assert.equal(excessPermission(all, { ...all, [kind]: false }), `"${kind}"`);
    assert.equal(excessPermission({ ...all, [kind]: false }, { ...all, [kind]: false }), undefined);
  }
});

for (
  const [permission, text] of [
    [true, "all of it"],
    [false, "none"],
    [[], "none"],
    [["/a"], "/a"],
    [["/a", "/b c"], "/a, /b c"],
  ] as const
) {
  Deno.test(`formatPermission() of ${JSON.stringify(permission)} is "${text}"`, () => {
    assert.equal(formatPermission(permission), text);
  });
}

const within: readonly [kind: PermissionKind, asked: string[], ceiling: boolean | string[]][] = [
  ["run", [], false],
  ["write", ["/tmp"], ["/tmp/"]],
  ["write", ["/tmp/a/"], ["/tmp"]],
  ["env", ["A_B", "A_*"], ["A_*"]],
];

for (const [kind, asked, ceiling] of within) {
  Deno.test(`excessPermission() of ${kind} [${asked}] under [${ceiling}] is nothing`, () => {
    const excess = excessPermission(
      { ...defaultPermissions, [kind]: asked },
      { ...defaultPermissions, [kind]: ceiling },
    );
    assert.equal(excess, undefined);
  });
}
