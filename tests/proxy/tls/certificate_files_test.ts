import { deepEqual } from "node:assert/strict";
import { findCertificateFiles } from "../../../lib/proxy/tls/certificate_files.ts";

Deno.test("findCertificateFiles() knows four layouts, and ignores other names", () => {
  const names = [
    ...["b.test.crt", "b.test.key", "a.test.pem", "a.test.key", "both.test.pem"],
    ...["live.test", "README", ".hidden.crt", "alone.key", ".crt"],
    ...["twice.test.crt", "twice.test.pem", "twice.test.key"],
  ];
  deepEqual(
    findCertificateFiles(names).map(({ id, certPath, keyPath }) => [id, certPath, keyPath]),
    [
      ["README", "README/fullchain.pem", "README/privkey.pem"],
      ["a.test", "a.test.pem", "a.test.key"],
      ["b.test", "b.test.crt", "b.test.key"],
      ["both.test", "both.test.pem", "both.test.pem"],
      ["live.test", "live.test/fullchain.pem", "live.test/privkey.pem"],
      ["twice.test", "twice.test.crt", "twice.test.key"],
    ],
  );
  deepEqual(findCertificateFiles([]), []);
});
