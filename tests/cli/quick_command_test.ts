import assert from "node:assert/strict";
import { parseQuick } from "../../cli/quick_command.ts";

const LIST = [
  [["ls"], {}],
  [["list"], {}],
  [["ls", "-q"], { quiet: true }],
  [["list", "--quiet", "--socket", "/a b"], { quiet: true, socket: "/a b" }],
  [["list", "--socket=/a=b", "--quiet"], { quiet: true, socket: "/a=b" }],
  [["ls", "--json"], { json: true }],
  [["ls", "--socket=/a", "--socket", "/b"], { socket: "/b" }],
] as const;

for (const [args, options] of LIST) {
  Deno.test(`parseQuick() of ${JSON.stringify(args)}`, () => {
    assert.deepEqual(parseQuick(args), { type: "list", options });
  });
}

for (
  const [args, command] of [
    [["-h"], { type: "help" }],
    [["--help"], { type: "help" }],
    [["-V"], { type: "version", isJson: false }],
    [["--version"], { type: "version", isJson: false }],
    [["--version", "--json"], { type: "version", isJson: true }],
    [["--json", "-V"], { type: "version", isJson: true }],
  ] as const
) {
  Deno.test(`parseQuick() of ${JSON.stringify(args)}`, () => {
    assert.deepEqual(parseQuick(args), command);
  });
}

const TREE: readonly (readonly string[])[] = [
  [],
  ["help"],
  ["--help", "ls"],
  ["-V", "-h"],
  ["-V", "--json", "--json"],
  ["--json", "-V", "--json"],
  ["--json"],
  ["--json", "ls"],
  ["lis"],
  ["ls", "--help"],
  ["ls", "-h"],
  ["ls", "--watch"],
  ["ls", "-qw"],
  ["ls", "name"],
  ["ls", "--"],
  ["ls", "--quiet", "--json"],
  ["ls", "--quiet=yes"],
  ["ls", "--json", "--format", "x"],
  ["ls", "--filter", "status=ready"],
  ["ls", "--socket"],
  ["ls", "--socket="],
  ["ls", "--socket", "--quiet"],
  ["--socket", "/a", "ls"],
  ["serve"],
  ["toString"],
];

for (const args of TREE) {
  Deno.test(`parseQuick() leaves ${JSON.stringify(args)} to the command tree`, () => {
    assert.equal(parseQuick(args), undefined);
  });
}
