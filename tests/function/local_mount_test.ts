import assert from "node:assert/strict";
import { mountsBelow, parseMountType } from "../../lib/function/local_mount.ts";

const MOUNTS = `22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
23 22 0:20 / /opt rw shared:1 - tmpfs tmpfs rw
24 23 0:40 / /opt/nfs\\040share rw - nfs4 server:/x rw
25 22 0:41 / /opt/over rw - xfs /dev/sdb rw
26 25 0:42 / /opt/over rw - fuse.sshfs host: rw
`;

const cases: readonly [path: string, type: string | undefined][] = [
  ["/srv/functions", "ext4"],
  ["/opt", "tmpfs"],
  ["/optional", "ext4"],
  ["/opt/functions", "tmpfs"],
  ["/opt/nfs share/f", "nfs4"],
  ["/opt/over/f", "fuse.sshfs"],
];

for (const [path, type] of cases) {
  Deno.test(`parseMountType() of "${path}" is ${type}`, () => {
    assert.equal(parseMountType(MOUNTS, path), type);
  });
}

Deno.test("parseMountType() returns undefined without mounts", () => {
  assert.equal(parseMountType("", "/opt"), undefined);
});

Deno.test("mountsBelow() returns the entries of a directory that contain mounts", () => {
  const more = MOUNTS + "27 22 0:43 / /srv/f/a/b/c rw - ext4 /dev/sdc rw\n";
  assert.deepEqual([...mountsBelow(more, "/opt")], ["nfs share", "over"]);
  assert.deepEqual([...mountsBelow(more, "/srv/f")], ["a"]);
  assert.deepEqual([...mountsBelow(more, "/opt/over")], []);
  assert.deepEqual([...mountsBelow(more, "/")], ["opt", "srv"]);
  assert.deepEqual([...mountsBelow("", "/opt")], []);
});
