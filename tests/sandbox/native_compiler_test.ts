import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  compilerEnvironment,
  compilerInSandbox,
  findNativeCompiler,
} from "../../lib/sandbox/native_compiler.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("findNativeCompiler() returns the real path of the compiler that the operator names", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("bin/tsc");
  await Deno.chmod(path, 0o755);
  await Deno.symlink("bin/tsc", directory.at("link"));
  deepEqual(await findNativeCompiler(directory.at("link")), { path });
  equal(await findNativeCompiler(""), undefined);
});

Deno.test("findNativeCompiler() refuses a program that others can change, or can't run", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("bin/tsc");
  const rows: readonly (readonly [file: number, folder: number, message: RegExp])[] = [
    [0o777, 0o755, /compiler of DENO_TSC_BIN: ".*tsc" can be changed by other users\. Make root/],
    [0o755, 0o777, /bin", which contains ".*tsc", can be changed by other users\. Install it/],
    [0o700, 0o755, /tsc" is not executable for all users\. Change its mode \(chmod 755\)$/],
  ];
  for (const [file, folder, message] of rows) {
    await Deno.chmod(path, file);
    await Deno.chmod(directory.at("bin"), folder);
    await rejects(findNativeCompiler(path), message);
  }
  await rejects(findNativeCompiler(directory.at("bin")), /bin" is not a file$/);
  await rejects(
    findNativeCompiler(directory.at("none")),
    /Cannot use the compiler of DENO_TSC_BIN/,
  );
});

Deno.test("compilerInSandbox() shows the compiler read-only under one path", () => {
  deepEqual(compilerInSandbox({ path: "/opt/tsc" }), {
    mounts: [{ source: "/opt/tsc", target: "/ddsrv/tsc", isProgram: true }],
    env: { DENO_TSC_BIN: "/ddsrv/tsc" },
  });
  deepEqual(compilerInSandbox(undefined), { mounts: [], env: {} });
  deepEqual(compilerEnvironment({ path: "/opt/tsc" }), { DENO_TSC_BIN: "/opt/tsc" });
  deepEqual(compilerEnvironment(undefined), {});
});
