import assert from "node:assert/strict";
import {
  describeDifference,
  type FileContent,
  isSecret,
} from "../../lib/history/describe_difference.ts";
import type { FileDifference } from "../../lib/history/file_difference.ts";

const file = (text: string | Uint8Array, isExecutable = false): FileContent => ({
  type: "file",
  isExecutable,
  bytes: typeof text === "string" ? new TextEncoder().encode(text) : text,
});

const large: FileContent = { type: "file", isExecutable: false, bytes: undefined };
const special: FileContent = { type: "special" };
const link = (target: string): FileContent => ({ type: "link", target });

const rows: readonly {
  readonly what: string;
  readonly path?: string;
  readonly before?: FileContent;
  readonly after?: FileContent;
  readonly said: Partial<FileDifference>;
}[] = [
  {
    what: "a changed text",
    before: file("a\n"),
    after: file("b\n"),
    said: { change: "changed", kind: "text", hunks: "@@ -1,1 +1,1 @@\n-a\n+b\n" },
  },
  {
    what: "a new text",
    after: file("b\n"),
    said: { change: "added", kind: "text", hunks: "@@ -0,0 +1,1 @@\n+b\n" },
  },
  {
    what: "a removed text",
    before: file("a\n"),
    said: { change: "removed", kind: "text", hunks: "@@ -1,1 +0,0 @@\n-a\n" },
  },
  { what: "a new empty file", after: file(""), said: { change: "added", kind: "text", hunks: "" } },
  {
    what: "a NUL",
    before: file("a\0"),
    after: file("b"),
    said: { kind: "binary", hunks: null },
  },
  {
    what: "bytes that are not UTF-8",
    before: file("a"),
    after: file(new Uint8Array([0xff])),
    said: { kind: "binary", hunks: null },
  },
  { what: "a large file", before: file("a"), after: large, said: { kind: "large", hunks: null } },
  {
    what: "a variable in an env file",
    path: "a/.env.production",
    before: file("TOKEN=old\n"),
    after: file("TOKEN=new\n"),
    said: { kind: "secret", hunks: null },
  },
  {
    what: "a large env file",
    path: ".env",
    after: large,
    said: { change: "added", kind: "secret", hunks: null },
  },
  {
    what: "the permission to execute",
    before: file("a"),
    after: file("a", true),
    said: { change: "changed", kind: "mode", hunks: null },
  },
  {
    what: "the target of a link",
    before: link("a"),
    after: link("/etc/passwd"),
    said: { kind: "link", hunks: "@@ -1,1 +1,1 @@\n-a\n+/etc/passwd\n" },
  },
  {
    what: "a file that became a link",
    before: file("a\n"),
    after: link("a"),
    said: { change: "changed", kind: "link", hunks: "" },
  },
  {
    what: "a pipe",
    before: file("a"),
    after: special,
    said: { change: "changed", kind: "special", hunks: null },
  },
];

for (const { what, path = "a.ts", before, after, said } of rows) {
  Deno.test(`describeDifference() of ${what}`, () => {
    const found = describeDifference({ path, before, after }, { timeoutMs: 10_000 });
    assert.deepEqual({ ...found, ...said, path }, found);
  });
}

const names: readonly (readonly [string, boolean])[] = [
  [".env", true],
  [".env.local", true],
  ["a/b/.ENV", true],
  [".npmrc", true],
  ["env", false],
  [".environment", false],
  [".env/index.ts", false],
  ["a.env", false],
];

for (const [path, expected] of names) {
  Deno.test(`isSecret() of ${path}`, () => assert.equal(isSecret(path), expected));
}
