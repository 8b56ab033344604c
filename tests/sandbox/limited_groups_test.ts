import assert from "node:assert/strict";
import { roomOfThreads } from "../../lib/sandbox/host_room.ts";
import {
  findLimitedGroups,
  type GroupFiles,
  type Room,
  roomOfGroup,
  tightestOf,
  UNLIMITED,
} from "../../lib/sandbox/limited_groups.ts";

const V1_MOUNTS = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
39 31 0:36 /docker/1 /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
`;
const V2_MOUNTS = "30 23 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";

function limitsOf(mountInfo: string, ownGroups: string): [memory: string[], processes: string[]] {
  const { memory, processes } = findLimitedGroups({ mountInfo, ownGroups });
  return [memory.map(({ limit }) => limit), processes.map(({ limit }) => limit)];
}

Deno.test("findLimitedGroups() names the own group of version 1 and all above it", () => {
  const own = "8:pids:/docker/1\n4:memory:/a/b\n0::/\n";
  assert.deepEqual(limitsOf(V1_MOUNTS, own), [
    [
      "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes",
      "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ],
    ["/sys/fs/cgroup/pids/pids.max"],
  ]);
});

Deno.test("findLimitedGroups() names the own group of version 2 and all above it", () => {
  assert.deepEqual(limitsOf(V2_MOUNTS, "0::/system.slice/ddsrv.service\n"), [
    [
      "/sys/fs/cgroup/system.slice/ddsrv.service/memory.max",
      "/sys/fs/cgroup/system.slice/memory.max",
      "/sys/fs/cgroup/memory.max",
    ],
    [
      "/sys/fs/cgroup/system.slice/ddsrv.service/pids.max",
      "/sys/fs/cgroup/system.slice/pids.max",
      "/sys/fs/cgroup/pids.max",
    ],
  ]);
  assert.deepEqual(limitsOf("", ""), [[], []]);
  assert.deepEqual(limitsOf("no mounts\n", "0::/x\n"), [[], []]);
  assert.equal(limitsOf(V2_MOUNTS, `0::${"/a".repeat(1_000)}\n`)[0].length, 16);
});

const rooms: readonly [files: GroupFiles, room: Room][] = [
  [{ limit: "", used: "" }, UNLIMITED],
  [{ limit: "100\n", used: "" }, UNLIMITED],
  [{ limit: "max\n", used: "5\n" }, UNLIMITED],
  [{ limit: "9223372036854771712\n", used: "5\n" }, UNLIMITED],
  [{ limit: "100\n", used: "60\n" }, { limit: 100, left: 40 }],
  [{ limit: "100\n", used: "120\n" }, { limit: 100, left: 0 }],
  [
    { limit: "1000\n", used: "900\n", stat: "anon 1\nactive_file 100\ninactive_file 200\n" },
    { limit: 1_000, left: 350 },
  ],
  [
    {
      limit: "1000\n",
      used: "900\n",
      stat: "active_file 1\ninactive_file 2\ntotal_active_file 10\ntotal_inactive_file 20\n",
    },
    { limit: 1_000, left: 125 },
  ],
];

for (const [files, room] of rooms) {
  Deno.test(`roomOfGroup() of ${JSON.stringify(files)}`, () => {
    assert.deepEqual(roomOfGroup(files), room);
  });
}

Deno.test("tightestOf() takes the smallest limit and the smallest rest", () => {
  assert.deepEqual(tightestOf([UNLIMITED, { limit: 10, left: 9 }, { limit: 20, left: 2 }]), {
    limit: 10,
    left: 2,
  });
  assert.deepEqual(tightestOf([]), UNLIMITED);
});

Deno.test("roomOfThreads() counts all threads of the host", () => {
  assert.deepEqual(roomOfThreads("0.20 0.18 0.12 1/80 11206\n", 100), { limit: 100, left: 20 });
  assert.deepEqual(roomOfThreads("", 100), { limit: 100, left: 100 });
  assert.deepEqual(roomOfThreads("0 0 0 1/200 1\n", 100), { limit: 100, left: 0 });
});
