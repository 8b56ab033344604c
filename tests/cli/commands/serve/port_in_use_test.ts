import { equal } from "node:assert/strict";
import { describePortInUse, type PortUser } from "../../../../cli/commands/serve/port_in_use.ts";

const nginx: PortUser = { type: "process", pid: 812, command: "nginx", unixSockets: [] };

const sentences: readonly [hostname: string, uid: number, user: PortUser, said: string][] = [
  ["0.0.0.0", 0, nginx, "9999: it is in use by nginx (pid 812). Stop it or pass --port"],
  ["::", 0, nginx, "9999: it is in use by nginx (pid 812). Stop it or pass --port"],
  ["::1", 0, nginx, "9999 on [::1]: it is in use by nginx (pid 812). Stop it or pass --port"],
  [
    "localhost",
    0,
    { ...nginx, command: "a\nb" },
    "9999 on localhost: it is in use by a\\x0ab (pid 812). Stop it or pass --port",
  ],
  [
    "0.0.0.0",
    0,
    { type: "ddsrv", pid: 812, functionsDirectory: "/opt/\x1b[2J" },
    '9999: it is in use by another ddsrv (pid 812), which serves "/opt/\\x1b[2J". ' +
    "Stop it or pass --port",
  ],
  [
    "0.0.0.0",
    1000,
    { type: "hidden" },
    "9999: it is in use by an unknown process, because user 1000 can't see processes of other " +
    "users. To find it: sudo ss -ltnp 'sport = :9999'. Stop it or pass --port",
  ],
  [
    "0.0.0.0",
    0,
    { type: "none" },
    "9999: it is in use, but no process listens on it any more. Try again, or pass --port",
  ],
];

for (const [hostname, uid, user, said] of sentences) {
  Deno.test(`describePortInUse: ${user.type} on ${hostname} for user ${uid}`, () => {
    const taken = { hostname, port: 9999, option: "--port" } as const;
    equal(describePortInUse(taken, { user, uid }), `Cannot bind port ${said}`);
  });
}
