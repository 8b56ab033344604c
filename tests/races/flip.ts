// Exchanges two paths as fast as it can until its standard input ends. Arguments: both paths. They
// may be gone for a moment: what races with it removes and makes them anew. It says a word once it
// has begun.
import { openExchange } from "../exchange_paths.ts";

const [one, other] = Deno.args;
if (one === undefined || other === undefined) throw new TypeError("two paths are needed");
using paths = openExchange(one, other);

paths.exchange();
await Deno.stdout.write(new TextEncoder().encode("ready\n"));
let isOver = false;
Deno.stdin.read(new Uint8Array(1)).then(() => isOver = true);
while (!isOver) {
  // An odd number, so that it rests at either.
  for (let done = 0; done < 101; done++) paths.exchange();
  await new Promise((resolve) => setTimeout(resolve, 0));
}
