import assert from "node:assert/strict";
import { join } from "node:path";
import { setVariables, withVariables } from "../../lib/function/set_variables.ts";

Deno.test("withVariables: all else stays as it was", () => {
  const table: readonly (readonly [before: string, after: string])[] = [
    ["{}\n", '{\n  "env": {\n    "A": "1",\n    "B": "2"\n  }\n}\n'],
    [
      '\ufeff{\n  // why\n  "egress": "none", // behind\n}\n',
      '{\n  // why\n  "egress": "none",\n  "env": {\n    "A": "1",\n    "B": "2"\n  }, // behind\n}\n',
    ],
    [
      '{ "env": { "A": "old", "C": "3" /* kept */ } }',
      '{ "env": { "A": "1", "C": "3", "B": "2" /* kept */ } }',
    ],
  ];
  for (const [before, after] of table) {
    const said = withVariables(before, [["A", "1"], ["B", "2"]]);
    assert.deepEqual(said.replaceAll(/\s+/g, " "), after.replaceAll(/\s+/g, " "));
  }
});

Deno.test("setVariables: into a file that others can't read, never through a link", async () => {
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-variables-" });
  try {
    const [folder, manifest] = [join(directory, "app"), join(directory, "app/ddsrv.json")];
    await Deno.mkdir(folder);
    await setVariables(folder, [["TOKEN", 'a"b\n']]);
    assert.equal((await Deno.lstat(manifest)).mode! & 0o777, 0o640);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(manifest)), { env: { TOKEN: 'a"b\n' } });

    await Deno.rename(manifest, join(folder, "real.json"));
    await Deno.symlink("real.json", manifest);
    await setVariables(folder, [["MORE", "1"]]);
    assert.ok((await Deno.lstat(manifest)).isFile);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(manifest)).env, {
      TOKEN: 'a"b\n',
      MORE: "1",
    });
    assert.deepEqual(JSON.parse(await Deno.readTextFile(join(folder, "real.json"))).env, {
      TOKEN: 'a"b\n',
    });

    await Deno.remove(manifest);
    await Deno.writeTextFile(join(directory, "outside.json"), "{}");
    await Deno.symlink("../outside.json", manifest);
    await assert.rejects(setVariables(folder, [["A", "1"]]), /leads out of/);
    await Deno.remove(manifest);
    await Deno.writeTextFile(manifest, '{ "env": 3 }');
    await assert.rejects(
      setVariables(folder, [["A", "1"]]),
      /ddsrv\.json:1:10 is not valid in "env"/,
    );
    assert.equal(await Deno.readTextFile(join(directory, "outside.json")), "{}");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
