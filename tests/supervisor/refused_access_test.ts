import assert from "node:assert/strict";
import { parseEgress } from "../../lib/config/egress.ts";
import { defaultPermissions } from "../../lib/config/permissions.ts";
import type { AdviceContext } from "../../lib/supervisor/advice_sentences.ts";
import { mayTellRefusal, refusedAccess } from "../../lib/supervisor/refused_access.ts";

const policy = { egress: "internet", permissions: defaultPermissions } as const;
const CONTEXT: AdviceContext = { name: "img", directory: "/srv/f/img", stage: "start", policy };

const again = (flag: string): string => `, run again with the --allow-${flag} flag`;
const listed = { policy: { ...policy, egress: parseEgress("db.test:5432") } };
const none = { policy: { ...policy, egress: "none" } } as const;
const OPERATOR = "the operator can grant";

/** Every kind of refusal with a line that Deno 2.9 or Node's modules print, and the mark. */
const kinds: readonly [line: string, mark: string, context?: Partial<AdviceContext>][] = [
  [
    `NotCapable: Requires write access to "/data"${again("write")}`,
    "write to /data denied: only the directory in DDSRV_DATA and /tmp are writable: write there",
  ],
  [
    `NotCapable: Requires write access to "/tmp/x"${again("write")}`,
    `write to /tmp/x denied: ${OPERATOR} write`,
  ],
  [
    `    error: Requires write access to "./app.db"${again("write")}`,
    'write to ./app.db denied: its folder is read-only: write to the directory in DDSRV_DATA, or add "app.db"',
  ],
  [
    `NotCapable: Requires read access to "/ddsrv/x"${again("read")}`,
    `read of /ddsrv/x denied: ${OPERATOR} read`,
  ],
  [
    `NotCapable: Requires net access to "db.test:5432"${again("net")}`,
    `connection to db.test:5432 denied: ${OPERATOR} net`,
  ],
  [
    `NotCapable: Requires env access to "HOME"${again("env")}`,
    "read of the variable HOME denied: ",
  ],
  [`NotCapable: Requires env access${again("env")}`, "read of variables denied: "],
  [
    `NotCapable: Requires sys access to "hostname"${again("sys")}`,
    'read of the system\'s hostname denied: its own ddsrv.json does not grant sys: add it to "permissions" there',
    { ownRefusals: ["sys"] },
  ],
  [
    `NotCapable: Requires run access to "ls"${again("run")}`,
    'run of ls denied: the operator can grant run to this function: "functions": { "img": { "permissions": { "run": true } } }',
  ],
  ["Error: spawn ffmpeg ENOENT", "run of ffmpeg denied: "],
  ["NotFound: Failed to spawn 'ls': entity not found", "run of ls denied: the operator can"],
  [`NotCapable: Requires ffi access to "./x.so"${again("ffi")}`, "load of ./x.so denied: "],
  [
    'NotCapable: Requires import access to "evil.test:443", run again with the --allow-import flag',
    "import of evil.test:443 denied: code may not be imported from evil.test",
  ],
  [
    "NotCapable: Deno.symlinkSync() requires unscoped --allow-read and --allow-write permissions;",
    "symbolic link denied: ",
  ],
  [
    "Error: Read-only file system (os error 30): mkdir 'uploads'",
    "write to uploads denied: its folder is read-only",
  ],
  [
    "Error: EROFS: read-only file system, open '/srv/f/img/app.db'",
    "write to /srv/f/img/app.db denied: its folder is read-only",
  ],
  [
    "failed to create directory '/srv/f/img/dist': Read-only file system (os error 30)",
    "write to /srv/f/img/dist denied: ",
  ],
  [
    "PermissionDenied: Permission denied (os error 13): open '/srv/f/img/secret'",
    "access to /srv/f/img/secret denied: its own user cannot read a file in its folder",
  ],
  ["Error: listen EACCES: permission denied 0.0.0.0:80", "listening denied: a function cannot"],
  [
    "Error: Operation not permitted (os error 1)",
    "operation refused: no function has privileges",
  ],
  ["Error: EPERM: operation not permitted, chown '/tmp/x'", "operation refused: no function has"],
  ["Error: Function not implemented (os error 38)", "operation refused: no function has"],
  ["Error: No space left on device (os error 28)", "write refused: it has used up its disk space"],
  ["Error: ENOSPC: no space left on device, write", "write refused: it has used up its disk space"],
  ["Error: Disk quota exceeded (os error 122)", "write refused: it has used up its disk space"],
  ["Error: Too many open files (os error 24)", "opening a file refused: it has as many files"],
  ["Error: EMFILE: too many open files, open 'x'", "opening a file refused: it has as many files"],
  [
    "Error: Resource temporarily unavailable (os error 11)",
    "new process or thread refused: it has too many processes or threads",
  ],
  ["Error: spawn /bin/ls EAGAIN", "new process or thread refused: it has too many"],
  [
    "TypeError: error sending request for url (https://x.example/a): client error (Connect): dns error: failed to lookup address information: Temporary failure in name resolution",
    "the name x.example refused: its egress list does not name this host",
    listed,
  ],
  [
    "Error: getaddrinfo EAI_AGAIN db.internal",
    'the name db.internal refused: its egress is "none"',
    none,
  ],
  [
    "Error: connect ENETUNREACH 203.0.113.9:443 - Local (0.0.0.0:0)",
    "connection to 203.0.113.9:443 refused: with rootless isolation, a function reaches no other",
    { level: "rootless" },
  ],
  [
    "Error: Network is unreachable (os error 101)",
    "connection refused: with rootless isolation, a function reaches no other server",
    { level: "rootless" },
  ],
  [
    "Error: connect ECONNREFUSED 127.0.0.1:5432",
    "connection to 127.0.0.1:5432 refused: in a function, localhost is its own sandbox",
  ],
];

Deno.test("refusedAccess() explains every kind of refusal", () => {
  for (const [line, mark, context] of kinds) {
    assert.ok(mayTellRefusal(line), line);
    const { text = "" } = refusedAccess(line, () => ({ ...CONTEXT, ...context })) ?? {};
    assert.ok(text.startsWith(mark), `${line}\n${text}`);
  }
});

Deno.test("refusedAccess() says nothing about other lines", () => {
  const rows: readonly [line: string, context?: Partial<AdviceContext>][] = [
    ["listening on 8000"],
    ["user requires access"],
    ["Error: ENOENT: no such file or directory, open 'x'"],
    // Another host refused it, or the firewall, which notes that itself.
    ["Error: connect ECONNREFUSED 10.0.0.5:5432"],
    ["dns error: failed to lookup address information: Name or service not known"],
    ["Error: spawn ls ENOENT", {
      policy: { ...policy, permissions: { ...defaultPermissions, run: true } },
    }],
    ["Error: Operation not permitted (os error 1)", { level: "none" }],
    ["Error: Network is unreachable (os error 101)"],
  ];
  for (const [line, context] of rows) {
    assert.equal(refusedAccess(line, () => ({ ...CONTEXT, ...context })), undefined, line);
  }
});

Deno.test("refusedAccess() removes control characters, and reads the beginning of a line only", () => {
  const { text } = refusedAccess(
    `\x1b[31mNotCapable\x1b[0m: Requires write access to "/da\x1b[2Jta\u202e"${again("write")}`,
    () => CONTEXT,
  )!;
  assert.match(text, /^write to \/da\[2Jta denied: /);
  const late = `${"x".repeat(2_000)} Requires write access to "/data"`;
  assert.equal(refusedAccess(late, () => CONTEXT), undefined);
});
