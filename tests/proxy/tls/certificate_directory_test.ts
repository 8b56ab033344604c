import { deepEqual, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { watchCertificates } from "../../../lib/proxy/tls/certificate_directory.ts";
import { eventually } from "../../patience.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";
import { PAIRS } from "../certificates.ts";

const { one, two } = PAIRS;

Deno.test("watchCertificates() loads, renews and removes certificates of all layouts", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("archive/fullchain1.pem", one.cert);
  await directory.write("archive/privkey1.pem", one.key);
  await directory.write("certs/a.test.crt", one.cert);
  await directory.write("certs/a.test.key", one.key);
  await directory.write("certs/both.pem", `${two.cert}\n${two.key}`);
  await directory.write("certs/README", "These are certificates.");
  const certs = join(directory.path, "certs");
  const live = join(certs, "live.test");
  await Deno.mkdir(live);
  await Deno.mkdir(join(certs, "empty"));
  await Deno.symlink("../../archive/fullchain1.pem", join(live, "fullchain.pem"));
  await Deno.symlink("../../archive/privkey1.pem", join(live, "privkey.pem"));
  const inUse = new Map<string, string>();
  const changes: string[] = [];
  const warnings: string[] = [];
  await using _watch = await watchCertificates({
    directory: certs,
    intervalMs: 1,
    certify(id, certificate) {
      if (certificate === undefined) return void inUse.delete(id);
      const { pair: { cert, key }, names } = certificate;
      if (cert === two.cert && key !== two.key) throw new Error("they don't match");
      inUse.set(id, `${names} ${cert === one.cert ? "one" : "two"}`);
    },
    onChanged: (id, change) => changes.push(`${id} ${change}`),
    onWarning: (message) => warnings.push(message),
  });
  deepEqual(Object.fromEntries(inUse), {
    "a.test": "localhost one",
    both: "localhost two",
    "live.test": "localhost one",
  });
  deepEqual([changes, warnings], [[], []]);

  await directory.write("certs/a.test.crt", two.cert);
  await eventually("a warning", () => warnings.length === 1);
  match(warnings[0]!, /"a\.test\.crt".*they don't match\. The previous one stays in use\. Fix/);
  await directory.write("certs/a.test.key", two.key);
  await eventually("the renewal", () => inUse.get("a.test") === "localhost two");

  await Deno.remove(join(live, "fullchain.pem"));
  await eventually("the removal", () => !inUse.has("live.test"));
  await directory.write("certs/new.test.crt", one.cert);
  await eventually("another warning", () => warnings.length === 2);
  match(warnings[1]!, /"new\.test\.crt".*new\.test\.key" does not exist\. Fix the files$/);
  await Deno.rename(certs, `${certs}.away`);
  await eventually("a third warning", () => warnings.length === 3);
  match(warnings[2]!, /^Cannot read the certificates: .*Those in use stay/);
  deepEqual([...inUse.keys()], ["a.test", "both"]);
  deepEqual(changes, ["a.test loaded", "live.test removed"]);
});

Deno.test("watchCertificates() reads no file that another user's link leads to, and no pipe", {
  ignore: Deno.uid() !== 0,
}, async () => {
  await using directory = await temporaryDirectory();
  await directory.write("secret.pem", `${one.cert}\n${one.key}`);
  await Deno.chmod(directory.path, 0o755);
  await directory.write("certs/plain.crt", one.cert);
  const certs = join(directory.path, "certs");
  await new Deno.Command("mkfifo", { args: [join(certs, "pipe.pem")] }).output();
  await Deno.symlink("../secret.pem", join(certs, "stolen.pem"));
  await Deno.chown(certs, 12_345, 12_345);
  const loaded: string[] = [];
  const warnings: string[] = [];
  await using _watch = await watchCertificates({
    directory: certs,
    intervalMs: 60_000,
    certify: (id) => loaded.push(id),
    onChanged: () => {},
    onWarning: (message) => warnings.push(message),
  });
  deepEqual(loaded, []);
  deepEqual(warnings.map((one) => /"(\w+\.\w+)" in/.exec(one)?.[1]), [
    ...["pipe.pem", "plain.crt", "stolen.pem"],
  ]);
});

Deno.test("watchCertificates() rejects if there is no such directory", async () => {
  await using directory = await temporaryDirectory();
  const unused = () => {};
  const options = { intervalMs: 1, certify: unused, onChanged: unused, onWarning: unused };
  await rejects(
    watchCertificates({ ...options, directory: join(directory.path, "none") }),
    /does not exist/,
  );
});
