import assert from "node:assert/strict";
import { defaultPermissions, type Permission } from "../../lib/config/permissions.ts";
import {
  codeCacheFiles,
  codeIdentity,
  isReadOnly,
  usesCodeCache,
} from "../../lib/sandbox/code_cache.ts";

const MEMORY = 512 * 1024 ** 2;

function uses(
  write: Permission,
  more: { memoryBytes?: number; entry?: string; writable?: string[] } = {},
): boolean {
  const { memoryBytes = MEMORY, entry = "index.ts", writable = [] } = more;
  const policy = { permissions: { ...defaultPermissions, write }, memoryBytes, writable };
  return usesCodeCache({ entry, policy, hasDependencies: true });
}

Deno.test("usesCodeCache() is false if JavaScript may write to the databases", () => {
  const cases: [Permission, boolean][] = [
    [defaultPermissions.write, true],
    [false, true],
    [[], true],
    [["/ddsrv/data/a", "uploads", "/ddsrv/cachet"], true],
    [true, false],
    [["/"], false],
    [["/ddsrv"], false],
    [["/ddsrv/"], false],
    [["/ddsrv/cache"], false],
    [["/tmp", "/ddsrv/data/../cache/"], false],
    [["/ddsrv/cache/v8_code_cache_v2"], false],
    [["//ddsrv//cache"], false],
  ];
  // The folder may contain a link to the databases.
  assert.equal(uses(false, { writable: ["uploads/"] }), false);
  for (const [write, expected] of cases) assert.equal(uses(write), expected, String(write));
});

Deno.test("usesCodeCache() is false without dependencies, with little memory and for static files", () => {
  const policy = { permissions: defaultPermissions, memoryBytes: MEMORY, writable: [] };
  assert.equal(usesCodeCache({ entry: "index.ts", policy, hasDependencies: false }), false);
  assert.equal(uses(false, { memoryBytes: 64 * 1024 ** 2 }), false);
  assert.equal(uses(false, { memoryBytes: Infinity }), true);
  assert.equal(uses(false, { entry: "index.html" }), false);
});

Deno.test("codeCacheFiles() shows kept databases read-only, and copies empty ones", () => {
  const kept = codeCacheFiles({ type: "kept", directory: "/state/a" });
  assert.deepEqual(kept.copies, []);
  assert.equal(kept.mounts.length, 6);
  assert.deepEqual(kept.mounts.slice(0, 2), [
    { source: "/state/a/v8_code_cache_v2", target: "/ddsrv/cache/v8_code_cache_v2" },
    { source: "/state/a/v8_code_cache_v2-wal", target: "/ddsrv/cache/v8_code_cache_v2-wal" },
  ]);
  assert.ok(kept.mounts.every(({ isWritable }) => isWritable !== true));
  const record = codeCacheFiles({ type: "record", template: "/run/code/1" });
  assert.deepEqual(record.mounts, [{ source: "/run/code/1", target: "/ddsrv/code" }]);
  assert.deepEqual(record.copies[0], {
    source: "/ddsrv/code/v8_code_cache_v2",
    target: "/ddsrv/cache/v8_code_cache_v2",
  });
  assert.deepEqual(codeCacheFiles(undefined), { mounts: [], copies: [] });
});

Deno.test("codeIdentity() ignores the shared code cache alone", () => {
  const shared = { type: "shared", directory: "/s" } as const;
  const kept = { type: "kept", directory: "/k" } as const;
  const record = { type: "record", template: "/t" } as const;
  assert.equal(codeIdentity(shared), codeIdentity(undefined));
  assert.deepEqual([kept, record].map(codeIdentity), [kept, record]);
  assert.deepEqual([shared, kept, record, undefined].map(isReadOnly), [true, true, false, false]);
  assert.deepEqual(
    codeCacheFiles(shared),
    codeCacheFiles({ ...kept, directory: shared.directory }),
  );
});
