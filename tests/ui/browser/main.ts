// Runs the checks of the page, and of HTTP/2, in Chromium, in a network namespace of their own: the browser reaches
// nothing but the page. Pictures go to the directory that it prints; --write replaces the one of
// docs/ui.md. The checks have a lock file of their own: Deno loads each package of the one of the
// checkout into caches and images, and they would need 19 MB of a browser's driver.
import { isInstalled } from "../../../lib/system/programs.ts";

const LOCK = new URL("deno.lock", import.meta.url).pathname;
const CHECKS = ["page_checks.ts", "http2_checks.ts"]
  .map((name) => new URL(name, import.meta.url).pathname);

if (!await isInstalled("chromium", Deno.env.get("PATH") ?? "")) {
  print("These checks need Chromium. Install it: apt-get install chromium");
  Deno.exit(1);
}
// The namespace of the checks has no way to a registry.
const cached = await new Deno.Command(Deno.execPath(), {
  args: ["cache", "--quiet", "--lock", LOCK, ...CHECKS],
}).spawn().status;
if (!cached.success) Deno.exit(cached.code);
const isWriting = Deno.args.includes("--write");
const pictures = Deno.args.find((arg) => !arg.startsWith("--")) ??
  await Deno.makeTempDir({ prefix: "ddsrv-ui-" });
await Deno.mkdir(pictures, { recursive: true });
const { code } = await new Deno.Command("unshare", {
  args: [...Deno.uid() === 0 ? [] : ["--user", "--map-root-user"], "--net", "sh", "-c"].concat(
    'ip link set lo up && exec "$@"',
    ...["sh", Deno.execPath(), "test", "--allow-all", "--lock", LOCK, ...CHECKS],
  ),
  env: { DDSRV_PICTURES: pictures },
}).spawn().status;
if (code === 0 && isWriting) {
  await Deno.copyFile(`${pictures}/docs.png`, new URL("../../../docs/ui.png", import.meta.url));
}
print(`Pictures: ${pictures}`);
Deno.exit(code);

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
