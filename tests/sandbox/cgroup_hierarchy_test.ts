import assert from "node:assert/strict";
import { findHierarchy } from "../../lib/sandbox/cgroup_hierarchy.ts";

const V1_MOUNTS = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
33 31 0:30 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const V1_OWN = "9:name=systemd:/\n8:pids:/\n4:memory:/a/b\n2:blkio:/d\n1:cpu,cpuacct:/c\n0::/\n";
const V2_MOUNTS =
  "30 23 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

Deno.test("findHierarchy() chooses version 2 with all controllers", () => {
  const unifiedControllers = "cpuset cpu io memory hugetlb pids rdma\n";
  assert.deepEqual(
    findHierarchy({ mountInfo: V2_MOUNTS, ownGroups: "0::/x\n", unifiedControllers }),
    {
      version: 2,
      bases: {
        memory: "/sys/fs/cgroup",
        pids: "/sys/fs/cgroup",
        cpu: "/sys/fs/cgroup",
        io: "/sys/fs/cgroup",
      },
    },
  );
});

Deno.test("findHierarchy() chooses version 2 without io", () => {
  const unifiedControllers = "cpu memory pids\n";
  const { version, bases } = findHierarchy({
    mountInfo: V2_MOUNTS,
    ownGroups: "0::/x\n",
    unifiedControllers,
  });
  assert.deepEqual([version, Object.keys(bases)], [2, ["memory", "pids", "cpu"]]);
});

Deno.test("findHierarchy() chooses version 1 below this process's groups", () => {
  const found = findHierarchy({
    mountInfo: V1_MOUNTS,
    ownGroups: V1_OWN,
    unifiedControllers: "hugetlb\n",
  });
  assert.deepEqual(found, {
    version: 1,
    bases: {
      memory: "/sys/fs/cgroup/memory/a/b",
      pids: "/sys/fs/cgroup/pids",
      cpu: "/sys/fs/cgroup/cpu,cpuacct/c",
      io: "/sys/fs/cgroup/blkio/d",
      cpuacct: "/sys/fs/cgroup/cpu,cpuacct/c",
    },
  });
});

Deno.test("findHierarchy() uses no mount that another one hides", () => {
  const basesOf = (mountInfo: string): readonly string[] =>
    Object.keys(findHierarchy({ mountInfo, ownGroups: V1_OWN, unifiedControllers: "" }).bases);
  assert.deepEqual(
    basesOf(`22 1 0:1 / / rw - ext4 /dev/a rw\n23 22 0:2 / /sys rw - sysfs s rw\n` + V1_MOUNTS),
    [
      "memory",
      "pids",
      "cpu",
      "io",
      "cpuacct",
    ],
  );
  assert.deepEqual(basesOf(`${V1_MOUNTS}50 31 0:50 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n`), []);
  assert.deepEqual(basesOf(`${V1_MOUNTS}50 39 0:50 / /sys/fs/cgroup/pids rw - tmpfs tmpfs rw\n`), [
    "memory",
    "cpu",
    "io",
    "cpuacct",
  ]);
  assert.deepEqual(basesOf(`${V1_MOUNTS}50 23 0:50 / /sys/fs/cg rw - tmpfs tmpfs rw\n`).length, 5);
});

Deno.test("findHierarchy() handles a container's part of the tree", () => {
  const mountInfo = (root: string): string =>
    `35 31 0:32 ${root} /sys/fs/cgroup/me\\040mory rw - cgroup cgroup rw,memory\n`;
  const rows: readonly [root: string, own: string, base: string][] = [
    ["/docker/1", "/docker/1", "/sys/fs/cgroup/me mory"],
    ["/docker/1", "/docker/1/x", "/sys/fs/cgroup/me mory/x"],
    ["/docker/1", "/", "/sys/fs/cgroup/me mory"],
    ["/", "/../x", "/sys/fs/cgroup/me mory/x"],
  ];
  for (const [root, own, base] of rows) {
    const ownGroups = `4:memory:${own}\n`;
    const found = findHierarchy({ mountInfo: mountInfo(root), ownGroups, unifiedControllers: "" });
    assert.deepEqual(found.bases, { memory: base }, `${root} ${own}`);
  }
});

Deno.test("findHierarchy() returns no bases without mounts", () => {
  const found = findHierarchy({ mountInfo: "", ownGroups: "", unifiedControllers: "" });
  assert.deepEqual(found.bases, {});
});
