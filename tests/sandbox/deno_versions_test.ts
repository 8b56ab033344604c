import { deepEqual, equal, ok } from "node:assert/strict";
import {
  chooseVersion,
  compareVersions,
  installedVersions,
} from "../../lib/sandbox/deno_versions.ts";

Deno.test("installedVersions() reads versions from names, and ignores others", () => {
  deepEqual(
    installedVersions(["2.8.1", "v2.9.0", "latest", "2.8", "2.8.1.old", ".2.7.0", "deno"]),
    [
      { version: "2.8.1", name: "2.8.1" },
      { version: "2.9.0", name: "v2.9.0" },
    ],
  );
});

Deno.test("chooseVersion() returns the latest version that begins with the wanted one", () => {
  const versions = ["2.8.1", "2.8.10", "2.8.9", "2.9.0", "2.10.0"];
  const rows: readonly [string, string | undefined][] = [
    ["2.8.1", "2.8.1"],
    ["2.8", "2.8.10"],
    ["2", "2.10.0"],
    ["2.1", undefined],
    ["2.8.11", undefined],
    ["3", undefined],
  ];
  for (const [wanted, chosen] of rows) equal(chooseVersion(versions, wanted), chosen, wanted);
  equal(chooseVersion([], "2"), undefined);
});

Deno.test("compareVersions() compares numbers", () => {
  ok(compareVersions("2.9.6", "2.10.0") < 0);
  ok(compareVersions("3.0.0", "2.10.0") > 0);
  equal(compareVersions("2.9.6", "2.9.6"), 0);
});
