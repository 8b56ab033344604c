// Runs the checks of the page in Chromium, in a network namespace of their own: the browser reaches
// nothing but the page. Pictures go to the directory that it prints.
import { isInstalled } from "../../../lib/system/programs.ts";

const CHECKS = new URL("page_checks.ts", import.meta.url).pathname;

if (!await isInstalled("chromium", Deno.env.get("PATH") ?? "")) {
  print("These checks need Chromium. Install it: apt-get install chromium");
  Deno.exit(1);
}
const pictures = Deno.args[0] ?? await Deno.makeTempDir({ prefix: "ddsrv-ui-" });
await Deno.mkdir(pictures, { recursive: true });
const { code } = await new Deno.Command("unshare", {
  args: [...Deno.uid() === 0 ? [] : ["--user", "--map-root-user"], "--net", "sh", "-c"].concat(
    'ip link set lo up && exec "$@"',
    ...["sh", Deno.execPath(), "test", "--allow-all", CHECKS],
  ),
  env: { DDSRV_PICTURES: pictures },
}).spawn().status;
print(`Pictures: ${pictures}`);
Deno.exit(code);

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
