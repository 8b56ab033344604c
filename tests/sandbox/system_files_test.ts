import assert from "node:assert/strict";
import { needsPrograms, otherLibraries, systemFiles } from "../../lib/sandbox/system_files.ts";

Deno.test("needsPrograms() returns true for the permissions run and ffi", () => {
  assert.ok(!needsPrograms({ run: false, ffi: false }));
  assert.ok(!needsPrograms({ run: [], ffi: [] }));
  assert.ok(needsPrograms({ run: true, ffi: false }));
  assert.ok(needsPrograms({ run: ["git"], ffi: false }));
  assert.ok(needsPrograms({ run: false, ffi: ["/usr/lib/x.so"] }));
});

Deno.test("systemFiles() contains libraries always, and programs on request", () => {
  assert.deepEqual(systemFiles(false).filter((path) => path.endsWith("bin")), []);
  for (const path of ["/usr/lib", "/lib64"]) {
    assert.ok(systemFiles(false).includes(path) && systemFiles(true).includes(path), path);
  }
  assert.ok(systemFiles(true).includes("/usr/bin"));
});

Deno.test("otherLibraries() returns each library from another directory once", () => {
  const lines = [
    "559f-55a0 r-xp 00000000 08:01 1 /usr/bin/deno",
    "7f00-7f01 r--p 00000000 08:01 2 /nix/store/a b/libm.so.6",
    "7f01-7f02 r-xp 00001000 08:01 2 /nix/store/a b/libm.so.6",
    "7f03-7f04 r-xp 00002000 08:01 2 /nix/store/a b/libm.so.6",
    "7f05-7f06 r-xp 00000000 08:01 3 /opt/glibc/ld-linux-x86-64.so.2",
    "7f07-7f08 r-xp 00000000 08:01 4 /usr/lib/x86_64-linux-gnu/libc.so.6",
    "7f09-7f0a r-xp 00000000 08:01 5 /lib64/ld-linux.so.2",
    "7f0b-7f0c r-xp 00000000 08:01 6 /opt/gone.so (deleted)",
    "7f0d-7f0e r-xp 00000000 00:00 0 [vdso]",
    "7f0f-7f10 r-xp 00000000 00:00 0 ",
  ];
  assert.deepEqual(otherLibraries(lines.map((line) => `${line}\n`).join("")), [
    "/nix/store/a b/libm.so.6",
    "/opt/glibc/ld-linux-x86-64.so.2",
  ]);
});
