import assert from "node:assert/strict";
import { requireDataOnly } from "../../lib/function/writable_code.ts";

const FILES = ["/f/a/index.ts", "/f/a/lib/db.ts", "/f/a/.env", "/f/_shared/data/x.ts"];

function judge(...names: string[]): void {
  requireDataOnly(FILES, { directory: "/f/a", names });
}

Deno.test("requireDataOnly() accepts names beside the code", () => {
  judge();
  judge("uploads", "index", "lib/data", "li", ".en", "data/");
});

Deno.test("requireDataOnly() refuses names of code, of its directories and below its files", () => {
  for (const name of ["index.ts", "lib", "lib/", "lib/db.ts", ".env", "index.ts/x", ".env/x/"]) {
    assert.throws(() => judge("uploads", name), {
      name: "ConfigError",
      message: new RegExp(
        `^/f/a/ddsrv\\.json lists "${name}" in "writable", but "/f/a/.* is a part`,
      ),
    });
  }
});
