import assert from "node:assert/strict";
import { parseEgress } from "../../lib/config/egress.ts";
import { defaultPermissions } from "../../lib/config/permissions.ts";
import { adviseOn, withAdvice } from "../../lib/supervisor/advice.ts";
import { type AdviceContext, refusedByManifest } from "../../lib/supervisor/advice_sentences.ts";

const policy = { egress: "internet", permissions: defaultPermissions } as const;
const CONTEXT: AdviceContext = { name: "img", directory: "/srv/f/img", stage: "start", policy };

function withEgress(text: string): Partial<AdviceContext> {
  return { policy: { ...policy, egress: parseEgress(text) } };
}

const ERROR = "error: Uncaught (in promise) ";
const READ_ONLY = "Its folder is read-only: write to the directory in DDSRV_DATA, or add ";
const LOOKUP = "failed to lookup address information: Temporary failure in name resolution";

/** Lines that Deno 2.9 prints, and the beginning of the advice; none if it is empty. */
const cases: readonly [line: string, advice: string, context?: Partial<AdviceContext>][] = [
  [
    `${ERROR}NotCapable: Requires ffi access to "./x.so", run again with the --allow-ffi flag`,
    'The operator can grant ffi to this function: "functions": { "img": { "permissions": { "ffi": true } } } in the functions directory\'s ddsrv.json',
  ],
  [
    "Cannot show further names in the folder: mount: /x/merged: unknown filesystem type 'overlay'.",
    "The host can't put an overlay on this folder: the operator can load the kernel module overlay",
  ],
  [
    "Deno could not start: unable to create worker threads.",
    'The kernel refused Deno threads: raise "processes"',
    { stage: "check" },
  ],
  ['Args: ["/ddsrv/deno", "info", "--node-modules-dir=none"]', "", { stage: "check" }],
  [
    `${ERROR}NotCapable: Requires env access, run again with the --allow-env flag`,
    "The operator can grant env",
  ],
  [
    `${ERROR}NotCapable: Requires sys access to "hostname", run again with the --allow-sys flag`,
    'Its own ddsrv.json does not grant sys: add it to "permissions" there',
    { ownRefusals: ["sys"] },
  ],
  [
    `${ERROR}NotCapable: Requires net access to "db:5432", run again with the --allow-net flag`,
    "The operator can grant net",
  ],
  [
    `${ERROR}NotCapable: Requires write access to "./a.txt", run again with the --allow-write flag`,
    `${READ_ONLY}"a.txt" to "writable" in its ddsrv.json`,
  ],
  [
    `${ERROR}NotCapable: Requires write access to "/etc/x", run again with the --allow-write flag`,
    "Only the directory in DDSRV_DATA and /tmp are writable: write there",
  ],
  [
    `${ERROR}NotCapable: Deno.symlinkSync() requires unscoped --allow-read and --allow-write permissions;`,
    "The operator can grant write to this function",
  ],
  [
    "Caused by: Error: error sending request for url (https://db/): client error (Connect): invalid peer certificate: UnknownIssuer",
    "This host does not trust the server's certificate",
  ],
  ["error: Uncaught Error: self-signed certificate", "This host does not trust the server's"],
  [`${ERROR}Error: Command failed: ls`, "The operator can grant run"],
  ["error: Uncaught Error: spawn ls ENOENT", "The operator can grant run"],
  ["error: Uncaught Error: spawn ls ENOENT", "", {
    policy: { ...policy, permissions: { ...defaultPermissions, run: true } },
  }],
  [
    "    hint: Run again with `--unstable-cron` flag to enable this API.",
    'Add "unstable": ["cron"] to its deno.json',
  ],
  [
    "Unstable API 'Worker.deno.permissions'. The `--unstable-worker-options` flag must be provided.",
    'Add "unstable": ["worker-options"] to its deno.json',
  ],
  [
    `${ERROR}TypeError: Deno.listenDatagram is not a function`,
    'Add "unstable": ["net"] to its deno.json',
  ],
  [
    "TS2307 [ERROR]: Cannot find module 'file:///f/x'. Maybe add a '.ts' extension or run with --sloppy-imports",
    'Add "unstable": ["sloppy-imports"] to its deno.json',
    { stage: "check" },
  ],
  [
    `${ERROR}Error: Read-only file system (os error 30): mkdir 'uploads'`,
    `${READ_ONLY}"uploads" to`,
  ],
  [
    `${ERROR}Error: Read-only file system (os error 30): writefile './data/a b.txt'`,
    `${READ_ONLY}"data" to`,
  ],
  [
    `${ERROR}Error: EROFS: read-only file system, open '/srv/f/img/app.db'`,
    `${READ_ONLY}"app.db" to`,
  ],
  [
    "    0: failed to create directory '/ddsrv/modules/npm/registry.test/is-number/6.0.tmp': Read-only file system (os error 30)",
    "A running function downloads no code",
  ],
  [
    "failed to create directory '/srv/f/img/dist/x': Read-only file system (os error 30)",
    `${READ_ONLY}"dist" to`,
  ],
  [`${ERROR}Error: EROFS: read-only file system, open 'a"b'`, `${READ_ONLY}its name to`],
  [
    "error: Uncaught Error: EROFS: read-only file system, open 'letter-of-a-client.pdf'",
    `${READ_ONLY}its name to`,
    { stage: "exit" },
  ],
  [
    `${ERROR}Error: EROFS: read-only file system, open '/var/lib/x'`,
    "Only the directory in DDSRV_DATA",
  ],
  [
    `${ERROR}TypeError: Failed loading https://registry.test/is-odd for package "is-odd"`,
    "A running function downloads no code",
  ],
  ["error: Failed caching npm package 'cookie-signature@1.0.7'", "A running function downloads no"],
  ["error: Failed caching npm package 'cookie-signature@1.0.7'", "", { stage: "check" }],
  [
    `${ERROR}TypeError: Import 'https://esm.sh/x@1' failed.`,
    "A running function downloads no code",
  ],
  [
    `error: Requires import access to "evil.example:443", run again with the --allow-import flag`,
    'Code may not be imported from evil.example:443: the operator can allow it with "allowImport": ["evil.example"]',
    { stage: "check" },
  ],
  [
    `${ERROR}PermissionDenied: Permission denied (os error 13): readfile './secret.txt'`,
    "Its own user cannot read a file in its folder",
  ],
  [`${ERROR}Error: EACCES: permission denied, open '/root/x'`, ""],
  [
    `${ERROR}PermissionDenied: Permission denied (os error 13)\n    at Object.listen (ext:deno_net/01_net.js:1:7011)`,
    "A function cannot listen on a port below 1024",
  ],
  [`${ERROR}PermissionDenied: Permission denied (os error 13)`, ""],
  [`${ERROR}AddrInUse: Address already in use (os error 98)`, "Another server already listens"],
  [
    "error: Uncaught Error: listen EADDRINUSE: address already in use 0.0.0.0:8000",
    "Another server already listens",
    { stage: "exit" },
  ],
  [
    `${ERROR}AddrNotAvailable: Cannot assign requested address (os error 99)`,
    "The function does not have this address",
  ],
  ["error: Uncaught Error: listen EINVAL: invalid argument 203.0.113.9:1", "The function does not"],
  [
    "error: Error: Could not find a matching package for 'npm:@types/node' in the node_modules directory.",
    'Its node_modules lacks @types/node: run "npm install --save-dev @types/node"',
    { stage: "check" },
  ],
  [
    'error: Could not resolve "is-odd", but found it in a package.json. Deno expects the node_modules/ directory to be up to date. Did you forget to run `deno install`?',
    "A package is missing: list it in package.json",
    { stage: "check" },
  ],
  [
    "error: The lockfile is out of date. Run `deno install --frozen=false`, or rerun with `--frozen=false` to update it.",
    "A running function downloads no code",
  ],
  ["error: Could not find referrer npm package '/f/a.cjs'", "A CommonJS file"],
  [
    "error: Linking npm packages requires using a node_modules directory. Ensure you have a package.json",
    "A link to an npm package needs a node_modules directory",
    { stage: "check" },
  ],
  ["# Fatal JavaScript out of memory: Reached heap limit", "It needs more memory"],
  [
    "Error: libvips-cpp.so.42: cannot open shared object file: No such file or directory",
    "Native code needs libvips-cpp.so.42",
  ],
  [
    `Caused by: Error: error sending request for url (http://db.example.com/): ${LOOKUP}`,
    'Its egress is "none"',
    withEgress("none"),
  ],
  ["error: Uncaught Error: getaddrinfo EAI_AGAIN db.example.com", "Its egress list does not", {
    ...withEgress("other.example.com:80"),
  }],
  ["error: Uncaught Error: getaddrinfo ENOTFOUND db.example.com", ""],
  [
    `${ERROR}Error: proto error: io error: no nameservers found in config`,
    'Its egress is "none"',
    withEgress("none"),
  ],
  ["error: Uncaught Error: connect ECONNREFUSED 10.1.2.3:5432", "The server refused the"],
  ["error: Uncaught Error: connect ECONNREFUSED 10.1.2.3:5432", "", withEgress("full")],
  [
    "error: Uncaught Error: connect ECONNREFUSED 10.1.2.3:5432",
    "The server refused the connection, or its egress list",
    withEgress("10.1.2.4:5432"),
  ],
  ["error: Uncaught Error: connect ECONNREFUSED 127.0.0.1:5432", "In a function, localhost is"],
  [
    "Caused by: Error: error sending request for url (http://localhost:5432/): client error (Connect): tcp connect error: Connection refused (os error 111)",
    "In a function, localhost is",
  ],
  ["error: Uncaught Error: getaddrinfo EAI_AGAIN db", "With rootless isolation", {
    level: "rootless",
  }],
  ["error: Uncaught Error: connect ECONNREFUSED 10.1.2.3:5432", "With rootless isolation", {
    level: "rootless",
  }],
  ["error: Uncaught Error: connect ECONNREFUSED 127.0.0.1:5432", "", { level: "none" }],
  [`${ERROR}TypeError: x is not a function`, ""],
];

for (const [line, expected, context] of cases) {
  Deno.test(`adviseOn() ${context?.stage ?? "start"}: ${line.slice(0, 90)}`, () => {
    const [advice = ""] = adviseOn(line, { ...CONTEXT, ...context });
    assert.ok(expected === "" ? advice === "" : advice.startsWith(expected), advice);
    // Advice may be shown as one line, and to anybody.
    assert.match(advice, /^[^\n]{0,300}$/);
  });
}

Deno.test("adviseOn() puts the last error first, and returns at most two sentences, none twice", () => {
  const text = [
    "connect ECONNREFUSED 127.0.0.1:1",
    'Requires run access to "a"',
    'error: Uncaught NotCapable: Requires ffi access to "a"',
    'Caused by: NotCapable: Requires ffi access to "a"',
  ].join("\n");
  const advice = adviseOn(text, CONTEXT);
  assert.deepEqual(advice.map((one) => one.slice(0, 22)), [
    "The operator can grant",
    "In a function, localho",
  ]);
  assert.match(advice[0]!, /"ffi": true/);
});

Deno.test("adviseOn() ignores Deno's styles", () => {
  const line = "    hint: Run again with `\x1b[4m--unstable-cron\x1b[24m` flag to enable this API.";
  assert.deepEqual(adviseOn(line, CONTEXT), ['Add "unstable": ["cron"] to its deno.json']);
});

Deno.test("adviseOn() reads a bounded part of hostile text", () => {
  const parts = [
    "Requires writ",
    "spawn ",
    "Failed loading ",
    "Import 'https://",
    "a",
  ];
  for (
    const part of [
      ...parts,
      "1: cannot open shared object fil",
      "Read-only file systems",
    ]
  ) {
    const line = part.repeat(1_000_000 / part.length);
    const lines = `${line.slice(0, 2_000)}\n`.repeat(2_000);
    // A pattern that backtracks over more than a bounded part of the line would not return.
    assert.deepEqual(adviseOn(line, CONTEXT), []);
    assert.deepEqual(adviseOn(lines, CONTEXT), []);
    const late = `${lines}Requires ffi access\n${lines}`;
    assert.deepEqual(adviseOn(late, CONTEXT), [], "the middle is not read");
  }
});

Deno.test("withAdvice() appends lines", () => {
  assert.equal(withAdvice("", []), "");
  assert.equal(withAdvice("a"), "a");
  assert.equal(withAdvice("a", ["B", "C"]), "a\nddsrv: B\nddsrv: C");
  assert.equal(withAdvice("", ["B"]), "ddsrv: B");
});

Deno.test("refusedByManifest() names what the operator grants and the manifest refuses", () => {
  const operators = { ...defaultPermissions, ffi: true, net: ["a", "b"] };
  const own = { ...operators, ffi: false, net: ["a"], run: true };
  assert.deepEqual(refusedByManifest(own, operators), ["net", "ffi"]);
  assert.deepEqual(refusedByManifest(operators, operators), []);
});
