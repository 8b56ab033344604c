// A proxy in a process that may open few files. Prints its port; exits at the end of its input.
import { openProxy } from "../../lib/proxy/proxy.ts";
import { RouteTable } from "../../lib/proxy/route_table.ts";
import { readOpenFilesLimit } from "../../lib/system/open_files_limit.ts";

const isBound = Deno.args[0] === "bound";
const proxy = openProxy({
  hostname: "127.0.0.1",
  port: 0,
  routes: new RouteTable(),
  ...(isBound ? { openFiles: await readOpenFilesLimit() } : {}),
  onError: () => {},
});
Deno.stdout.writeSync(new TextEncoder().encode(`${proxy.port}\n`));
await Deno.stdin.read(new Uint8Array(1));
Deno.exit();
