// Runs the tutorial docs/getting-started.md with a real sshd, in network and mount namespaces of its
// own, with a pretend internet.
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Programs beside those of ddsrv, and the packages of Debian that have them. */
const PROGRAMS = {
  "/usr/sbin/sshd": "openssh-server",
  "/usr/bin/ssh": "openssh-client",
  "/usr/bin/git": "git",
  "/usr/bin/curl": "curl",
};

async function main(): Promise<number> {
  for (const [path, name] of Object.entries(PROGRAMS)) {
    try {
      await Deno.stat(path);
    } catch {
      const text = `The tutorial needs ${path}. Install it: apt-get install ${name}\n`;
      Deno.stderr.writeSync(new TextEncoder().encode(text));
      return 1;
    }
  }
  const child = new Deno.Command("unshare", {
    args: ["--net", "--mount", "--propagation", "private", Deno.execPath(), "run", "--quiet"]
      .concat(
        ["--allow-all", "tests/outer.ts", "run", "--quiet", "--allow-all"],
        ["tests/tutorial/inside.ts", ...Deno.args],
      ),
    cwd: ROOT,
    stdin: "null",
  }).spawn();
  return (await child.status).code;
}

Deno.exit(await main());
