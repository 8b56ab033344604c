import assert from "node:assert/strict";
import { checkPath } from "../../cli/commands/check_path.ts";
import { defaultSettings } from "../../lib/config/settings.ts";
import { openStandaloneChecks } from "../../lib/isolation/standalone_checks.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("openStandaloneChecks() does not give a folder the cache of another, even through a link", async () => {
  await using place = await temporaryDirectory();
  await Deno.chmod(place.path, 0o755);
  const { at } = place;
  await place.write("functions/own/index.ts", "Deno.serve(() => new Response());\n");
  // A user may replace a folder while a check runs.
  await Deno.symlink("own", at("functions/link"));
  const settings = {
    ...defaultSettings,
    functionsDirectory: at("functions"),
    stateDirectory: at("state"),
  };
  await using checks = await openStandaloneChecks(settings, assert.fail);
  const caches = (): string[] =>
    Array.from(Deno.readDirSync(at("state/checked")), (one) => one.name);
  for (const [name, count] of [["own", 1], ["own", 1], ["link", 2]] as const) {
    const said = await checkPath(at(`functions/${name}`), {
      isColoured: false,
      loadSettings: () => Promise.resolve(settings),
      openChecks: () => Promise.resolve(checks),
      signal: new AbortController().signal,
    });
    assert.deepEqual(said, { type: "passed" }, name);
    assert.equal(caches().length, count, name);
  }
});

Deno.test("openStandaloneChecks() does not write to a state directory of another user", async () => {
  await using place = await temporaryDirectory();
  const settings = { ...defaultSettings, stateDirectory: place.at("state") };
  // Positive control.
  await (await openStandaloneChecks(settings, assert.fail))[Symbol.asyncDispose]();
  for (const name of ["checked", "checked-packages"]) await Deno.remove(place.at(`state/${name}`));
  await Deno.chown(place.at("state"), 54_321, 54_321);
  await assert.rejects(openStandaloneChecks(settings, assert.fail), /belongs to user 54321/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(place.at("state"))), []);
});
