// What a process of a check could do if it ran code: the same commands are run in its place as a
// check's own, and by the host beside it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { sandboxedPlace } from "../../lib/check/check_place.ts";
import { writeSystemCallFilter } from "../../lib/sandbox/system_call_filter.ts";
import { runBounded } from "../../lib/process/bounded_output.ts";
import { WORLD } from "../world.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const UID = 0x7400_1234;

const CONNECT = `use Socket; socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket $!";
connect($s, sockaddr_in(80, inet_aton("${WORLD.server}"))) or die "connect $!"; print "connected"`;

/** Commands that a check could run, and what they say there and on the host. */
const ACTS: readonly (readonly [command: readonly string[], inside: RegExp, outside: RegExp])[] = [
  [["perl", "-e", CONNECT], /connect Network is unreachable/, /connected/],
  [
    ["perl", "-e", 'socket(my $s, 40, 1, 0) ? print "vsock" : print "$!"'],
    /not supported/,
    /vsock/,
  ],
  [
    ["sh", "-c", "ls /sys/class/net 2>/dev/null; cat /proc/net/dev | tail -n +3 | wc -l"],
    /^1$/m,
    /[2-9]/,
  ],
  [["id", "-u"], new RegExp(`^${UID}$`, "m"), /^0$/m],
  [["sh", "-c", "grep CapEff /proc/self/status"], /CapEff:\t0+$/m, /CapEff:\t0*[1-9a-f]/],
  [["cat", "/etc/shadow"], /No such file/, /root:/],
  [["sh", "-c", "env | grep SECRET || echo none"], /none/, /SECRET=of-the-caller/],
];

Deno.test("sandboxedPlace(): a check reaches, sees and may do no more than this", async () => {
  await using place = await temporaryDirectory();
  for (const name of ["cache", "fetch", "source"]) await Deno.mkdir(place.at(name));
  await Deno.chown(place.at("cache"), UID, UID);
  const { around, env } = sandboxedPlace({
    joinFiles: [],
    systemCallFilter: await writeSystemCallFilter(place.path),
    uid: UID,
    mounts: [{ source: place.at("source"), target: "/fn" }],
    cacheDirectory: place.at("cache"),
    fetchDirectory: place.at("fetch"),
    directory: "/fn",
  });
  const { signal } = new AbortController();
  const run = ({ command, ...input }: ReturnType<typeof around>): ReturnType<typeof runBounded> =>
    runBounded(command, { ...input, env, signal, maxBytes: 4_096 });
  for (const [command, inside, outside] of ACTS) {
    const there = await run(around(command));
    assert.match(there.stdout + there.stderr, inside, command.join(" "));
    const caller = { PATH: "/usr/bin:/bin", SECRET: "of-the-caller" };
    const here = await runBounded(command, { env: caller, signal, maxBytes: 4_096 });
    assert.match(here.stdout + here.stderr, outside, command.join(" "));
  }
  // It writes where it must, and nowhere else.
  const write = `touch /ddsrv/cache/a && echo ok; touch /fn/a /ddsrv/fetch/a /usr/a`;
  const { stdout } = await run(around(["sh", "-c", write]));
  assert.equal(stdout, "ok\n");
  assert.equal((await Deno.lstat(join(place.at("cache"), "a"))).uid, UID);
});
