import { equal } from "node:assert/strict";
import { join } from "node:path";
import {
  isTcpUnaccepted,
  isUnixUnaccepted,
  readTcpUnaccepted,
  readUnixUnaccepted,
} from "../../lib/process/accept_queue.ts";

const HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt";
const row = (local: string, peer: string, state: string, inode: number): string =>
  `   1: ${local} ${peer} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1`;

const rows: readonly (readonly [table: string, expected: boolean])[] = [
  ["", false],
  [row("0100007F:1F40", "0100007F:E53C", "01", 0), true],
  // Accepted by the function.
  [row("0100007F:1F40", "0100007F:E53C", "01", 6_461_526), false],
  // Closed by the function: a socket in TIME_WAIT has no inode either.
  [row("0100007F:1F40", "0100007F:E53C", "06", 0), false],
  [row("0100007F:1F40", "0100007F:E53C", "05", 0), false],
  // Another port, another client, and the client's end.
  [row("0100007F:1F41", "0100007F:E53C", "01", 0), false],
  [row("0100007F:1F40", "0100007F:E53D", "01", 0), false],
  [row("0100007F:E53C", "0100007F:1F40", "01", 0), false],
  // A listener for IPv6 has clients of IPv4 as well.
  [
    row(
      "0000000000000000FFFF00000101D50A:1F40",
      "0000000000000000FFFF00000201D50A:E53C",
      "01",
      0,
    ),
    true,
  ],
];

Deno.test("isTcpUnaccepted() finds a connection that its server has not accepted", () => {
  for (const [table, expected] of rows) {
    const connection = { port: 8000, peerPort: 0xe53c };
    equal(isTcpUnaccepted(`${HEAD}\n${table}\n`, connection), expected, table);
  }
});

Deno.test("isUnixUnaccepted() finds a connection by the server's path", () => {
  const table = (state: string, inode: number, path: string): string =>
    "Num       RefCount Protocol Flags    Type St Inode Path\n" +
    `000000000e63a6af: 00000003 00000000 00000000 0001 ${state} ${
      String(inode).padStart(5)
    } ${path}\n`;
  equal(isUnixUnaccepted(table("02", 0, "/a b.sock"), "/a b.sock"), true);
  equal(isUnixUnaccepted(table("02", 0, "/other.sock"), "/a b.sock"), false);
  equal(isUnixUnaccepted(table("03", 6_765_316, "/a b.sock"), "/a b.sock"), false);
  equal(isUnixUnaccepted(table("01", 6_765_313, "/a b.sock"), "/a b.sock"), false);
});

Deno.test("readTcpUnaccepted() and readUnixUnaccepted() see a connection until it is accepted", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = join(directory, "a.sock");
    using tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using unix = Deno.listen({ transport: "unix", path });
    using client = await Deno.connect({ hostname: "127.0.0.1", port: tcp.addr.port });
    using unixClient = await Deno.connect({ transport: "unix", path });
    const connection = { port: tcp.addr.port, peerPort: client.localAddr.port };
    equal(await readTcpUnaccepted(Deno.pid, connection), true);
    equal(await readUnixUnaccepted(path), true);
    using _accepted = await tcp.accept();
    using _unixAccepted = await unix.accept();
    equal(await readTcpUnaccepted(Deno.pid, connection), false);
    equal(await readUnixUnaccepted(path), false);
    void unixClient;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
