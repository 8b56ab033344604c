import assert from "node:assert/strict";
import { join } from "node:path";
import { openPrivateDirectory } from "../../lib/system/private_directory.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const modeOf = async (path: string): Promise<string> =>
  ((await Deno.stat(path)).mode! & 0o777).toString(8);

Deno.test("openPrivateDirectory() creates a directory with mode 700", async () => {
  await using directory = await temporaryDirectory();
  const warnings: string[] = [];
  const path = join(directory.path, "a/b");
  const onWarning = (message: string): number => warnings.push(message);
  await openPrivateDirectory(path, { onWarning });
  await openPrivateDirectory(path, { onWarning });
  assert.equal(await modeOf(path), "700");
  assert.deepEqual(warnings, []);
});

Deno.test("openPrivateDirectory() changes the mode of an open directory and warns", async () => {
  await using directory = await temporaryDirectory();
  for (const mode of [0o755, 0o711, 0o1777, 0o740]) {
    const warnings: string[] = [];
    await Deno.chmod(directory.path, mode);
    await openPrivateDirectory(directory.path, {
      onWarning: (message) => warnings.push(message),
    });
    assert.equal(await modeOf(directory.path), "700");
    assert.deepEqual(warnings, [
      `"${directory.path}" was open to other users (mode ${(mode & 0o777).toString(8)}). ` +
      "Its mode is now 700",
    ]);
  }
});

Deno.test("openPrivateDirectory() refuses a directory of another user", async () => {
  await using directory = await temporaryDirectory();
  await assert.rejects(
    openPrivateDirectory(directory.path, { uid: Deno.uid()! + 1, onWarning() {} }),
    /belongs to user \d+, who could change its content. Give it to user \d+ with chown/,
  );
});
