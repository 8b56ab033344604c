import assert from "node:assert/strict";
import { UNIT_MARK, type UnitFacts, unitText } from "../../../cli/service/unit.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const GOLDEN = new URL("../../fixtures/ddsrv.service", import.meta.url);

const PACKAGED: UnitFacts = {
  functionsDirectory: "/opt/functions",
  command: ["/usr/lib/node_modules/ddsrv/bin/ddsrv"],
};

/** The value of a directive that stands in the unit once. */
function valueOf(unit: string, directive: string): string | undefined {
  return new RegExp(`^${directive}=(.*)$`, "m").exec(unit)?.[1];
}

Deno.test("unitText() writes the unit of an installed package", async () => {
  assert.equal(unitText(PACKAGED), await Deno.readTextFile(GOLDEN));
  assert.ok(unitText(PACKAGED).startsWith(`${UNIT_MARK}\n`));
});

Deno.test("unitText() writes the Deno and the module cache of a checkout", () => {
  const unit = unitText({
    functionsDirectory: "/srv/my functions",
    command: ["/usr/bin/deno", "run", "/opt/ddsrv/cli/main.ts"],
    denoDirectory: "/root/.cache/deno",
  });
  const start = '/usr/bin/deno run /opt/ddsrv/cli/main.ts serve "/srv/my functions"';
  assert.equal(valueOf(unit, "ExecStart"), start);
  assert.equal(valueOf(unit, "Environment"), '"DENO_DIR=/root/.cache/deno"');
  assert.equal(valueOf(unit, "CacheDirectory"), undefined);
});

Deno.test("unitText() escapes what systemd would expand or split", () => {
  const cases = [
    ["/a%h", "/a%%h"],
    ["/a$HOME", "/a$$HOME"],
    ['/a "b" \\c', '"/a \\"b\\" \\\\c"'],
    ["/a;b", '"/a;b"'],
    ["/a\nExecStart=/bin/evil", '"/a\\nExecStart=/bin/evil"'],
  ];
  for (const [functionsDirectory, expected] of cases) {
    const unit = unitText({ ...PACKAGED, functionsDirectory: functionsDirectory! });
    assert.equal(valueOf(unit, "ExecStart"), `${PACKAGED.command[0]} serve ${expected}`);
    assert.equal(unit.match(/^ExecStart=/gm)?.length, 1);
  }
});

Deno.test("unitText() passes systemd-analyze verify", async () => {
  await using directory = await temporaryDirectory();
  const functionsDirectory = `${directory.path}/a "b" %h $c`;
  const command = [Deno.execPath()];
  const unit = unitText({ functionsDirectory, command, denoDirectory: "/root/a b" });
  const path = await directory.write("ddsrv.service", unit);
  const { code, stderr } = await new Deno.Command("systemd-analyze", { args: ["verify", path] })
    .output();
  const said = new TextDecoder().decode(stderr).split("\n")
    // Faults of the host's own units are told as well.
    .filter((line) => line.includes("ddsrv"));
  assert.deepEqual([code, said], [0, []]);
});
