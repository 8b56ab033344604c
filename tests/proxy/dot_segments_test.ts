import { equal } from "node:assert/strict";
import { leavesFirstSegment } from "../../lib/proxy/dot_segments.ts";
import { bytesOf } from "./harness.ts";

Deno.test("leavesFirstSegment() refuses a path that any reader could take out of its first segment", () => {
  const rows: [string, boolean][] = [
    ["", false],
    ["/", false],
    ["/a", false],
    ["/a/b.c/.d/..e/f../...", false],
    ["/.well-known/a", false],
    ["/a/b/..", false],
    ["/a/b/../c/../..b", false],
    ["/a/./.", false],
    ["/a/%2e", false],
    ["/a/%252e%252e/b", false],
    ["/a/%2", false],
    ["/a/b?/../..", false],
    ["/a/b/%2e%2e?..", false],
    ["/a\\b/c", false],
    ["?/../a", false],
    ["/a/..", true],
    ["/a/../a/b", true],
    ["/a/b/../../c/d/e", true],
    ["/a/b/c/../../../d", true],
    ["/a//..", true],
    ["/a/b//../..", true],
    ["/a/./..", true],
    ["/a/%2e%2E", true],
    ["/a/.%2e?b", true],
    ["/a/b%2f..%2f..", true],
    ["/a/..%5cb", true],
    ["/a\\..\\b", true],
    // A slash within an escape that is none.
    ["/a/%/../..", true],
    ["/a/%2/../..", true],
    // Each of them may be a slash or not, but the same everywhere.
    ["/a/b%2f..", false],
    ["/a/b%2f..%2fc", false],
    ["/a/b%2f..%5c..", true],
    ["/a/b%5c..%2f..", true],
    ["/a/b\\..%2f..%5c..", true],
    ["/a/b%2fc/../..", true],
    ["/a/b/c%2f..", false],
    ["/.", true],
    ["/..", true],
    ["/./a", true],
    ["//../a", true],
    ["/%2e/a", true],
    ["/\\..\\a", true],
    ["/.%2fa", true],
  ];
  for (const [path, isLeaving] of rows) {
    // More bytes behind, which are no part of the path.
    const bytes = bytesOf(`${path}/../../e%2e`);
    equal(leavesFirstSegment(bytes, 0, path.length), isLeaving, path);
  }
});
