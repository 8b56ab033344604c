// Exchanges two paths as fast as possible until its standard input ends. Arguments: both paths. A
// path may be missing for a moment, because the raced operation removes and recreates it. Prints a
// word once it has started.
import { openExchange } from "../exchange_paths.ts";

const [one, other] = Deno.args;
if (one === undefined || other === undefined) throw new TypeError("two paths are needed");
using paths = openExchange(one, other);

paths.exchange();
await Deno.stdout.write(new TextEncoder().encode("ready\n"));
let isOver = false;
Deno.stdin.read(new Uint8Array(1)).then(() => isOver = true);
while (!isOver) {
  // An odd number, so that both orders occur between bursts.
  for (let done = 0; done < 101; done++) paths.exchange();
  await new Promise((resolve) => setTimeout(resolve, 0));
}
