import { deepEqual } from "node:assert/strict";
import {
  findConflicts,
  parseListeningSockets,
  parseUnixListeners,
} from "../../lib/process/listening_sockets.ts";

const V4 = [
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
  "   0: 00000000:270F 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 x",
  "   1: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1 x",
  "   2: 0100007F:1F40 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 13 1 x",
  "   3: nonsense",
  "",
].join("\n");

const V6 = [
  "  sl  local_address                         remote_address                        st",
  `   0: ${"0".repeat(32)}:270F ${"0".repeat(32)}:0000 0A 0:0 00:0 0 0 0 21 1`,
  `   1: 0000000000000000FFFF00000100007F:0050 ${"0".repeat(32)}:0000 0A 0:0 00:0 0 0 0 22 1`,
  `   2: B80D0120000000000000000001000000:0050 ${"0".repeat(32)}:0000 0A 0:0 00:0 0 0 0 23 1`,
].join("\n");

Deno.test("parseListeningSockets() returns listening sockets only", () => {
  deepEqual(parseListeningSockets(V4), [
    { address: "0.0.0.0", port: 9999, inode: "11" },
    { address: "127.0.0.1", port: 8000, inode: "12" },
  ]);
});

Deno.test("parseListeningSockets() reads IPv6 and IPv4-mapped addresses", () => {
  deepEqual(parseListeningSockets(V6), [
    { address: "0:0:0:0:0:0:0:0", port: 9999, inode: "21" },
    { address: "127.0.0.1", port: 80, inode: "22" },
    { address: "2001:db8:0:0:0:0:0:1", port: 80, inode: "23" },
  ]);
});

for (
  const [hostname, inodes] of [
    ["0.0.0.0", ["1", "2", "3", "4"]],
    ["::", ["1", "2", "3", "4"]],
    ["127.0.0.1", ["1", "3", "4"]],
    ["10.0.0.9", ["3", "4"]],
    ["localhost", ["1", "2", "3", "4"]],
  ] as const
) {
  Deno.test(`findConflicts() for ${hostname}`, () => {
    const sockets = [
      { address: "127.0.0.1", port: 80, inode: "1" },
      { address: "10.0.0.1", port: 80, inode: "2" },
      { address: "0.0.0.0", port: 80, inode: "3" },
      { address: "0:0:0:0:0:0:0:0", port: 80, inode: "4" },
      { address: "0.0.0.0", port: 8080, inode: "5" },
    ];
    deepEqual(findConflicts(sockets, { hostname, port: 80 }), inodes);
  });
}

Deno.test("parseUnixListeners() reads paths with spaces, and skips other sockets", () => {
  const table = [
    "Num       RefCount Protocol Flags    Type St Inode Path",
    "000000000ba6bb51: 00000003 00000000 00000000 0001 03  1591",
    "000000009a158164: 00000002 00000000 00010000 0001 01 77 /run/ddsrv/ddsrv.sock",
    "000000009a158165: 00000002 00000000 00010000 0001 01 78 /tmp/a b/c",
    "000000009a158166: 00000003 00000000 00000000 0001 03 79 /run/ddsrv/ddsrv.sock",
    "000000009a158167: 00000002 00000000 00010000 0001 01 80 @abstract",
    "",
  ].join("\n");
  deepEqual([...parseUnixListeners(table)], [
    ["77", "/run/ddsrv/ddsrv.sock"],
    ["78", "/tmp/a b/c"],
  ]);
});
