import assert from "node:assert/strict";
import { formatDiff } from "../../../cli/output/diff_text.ts";
import type { DifferenceKind, FileDifference } from "../../../lib/history/file_difference.ts";

const plain = { isColoured: false } as const;

const file = (part: Partial<FileDifference>): FileDifference => ({
  path: "a.ts",
  change: "changed",
  kind: "text",
  hunks: null,
  ...part,
});

Deno.test("formatDiff() writes what git-diff(1) writes", () => {
  const files = [
    file({ hunks: "@@ -1,1 +1,1 @@\n-a\n+b\n\\ No newline at end of file\n" }),
    file({ path: "new.ts", change: "added", hunks: "@@ -0,0 +1,1 @@\n+a\n" }),
    file({ path: "old.ts", change: "removed", hunks: "@@ -1,1 +0,0 @@\n-a\n" }),
    file({ path: "empty", change: "added", hunks: "" }),
  ];
  assert.equal(
    formatDiff(files, plain),
    "diff --git a/a.ts b/a.ts\n--- a/a.ts\n+++ b/a.ts\n@@ -1,1 +1,1 @@\n-a\n+b\n" +
      "\\ No newline at end of file\n" +
      "diff --git a/new.ts b/new.ts\nnew file\n--- /dev/null\n+++ b/new.ts\n@@ -0,0 +1,1 @@\n+a\n" +
      "diff --git a/old.ts b/old.ts\ndeleted file\n--- a/old.ts\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n" +
      "diff --git a/empty b/empty\nnew file\n",
  );
  assert.equal(formatDiff([], plain), "");
});

const kinds: readonly (readonly [DifferenceKind, string])[] = [
  ["binary", "Binary files a/a.ts and b/a.ts differ"],
  ["secret", "Files a/a.ts and b/a.ts differ (content not shown: it may contain secrets)"],
  ["large", "Files a/a.ts and b/a.ts differ (larger than 512 KiB)"],
  ["omitted", "Files a/a.ts and b/a.ts differ (content not shown: there are too many lines)"],
  ["mode", "Files a/a.ts and b/a.ts differ in the permission to execute"],
  ["special", "Files a/a.ts and b/a.ts differ (not a regular file)"],
  ["directory", "Directories a/a.ts and b/a.ts differ"],
];

for (const [kind, line] of kinds) {
  Deno.test(`formatDiff() of a file of the kind ${kind}`, () => {
    assert.equal(formatDiff([file({ kind })], plain), `diff --git a/a.ts b/a.ts\n${line}\n`);
  });
}

Deno.test("formatDiff() escapes control characters in names and lines, also with colors", () => {
  const evil = [
    file({ path: "\x1b[2J\n+++ b/x", hunks: "@@ -1,1 +1,1 @@\n-a\n+\x1b]0;title\x07\u202e\r\n" }),
  ];
  assert.equal(
    formatDiff(evil, plain).split("\n").slice(0, 6).join("\n"),
    "diff --git a/\\x1b[2J\\x0a+++ b/x b/\\x1b[2J\\x0a+++ b/x\n" +
      "--- a/\\x1b[2J\\x0a+++ b/x\n+++ b/\\x1b[2J\\x0a+++ b/x\n" +
      "@@ -1,1 +1,1 @@\n-a\n+\\x1b]0;title\\x07\\u202e\\x0d",
  );
  // deno-lint-ignore no-control-regex
  const codes = formatDiff(evil, { isColoured: true }).match(/\x1b[^m]*m/g)!;
  assert.deepEqual([...new Set(codes)].sort(), [
    ...["\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[36m"],
  ]);
});
