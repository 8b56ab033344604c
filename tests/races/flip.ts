// Exchanges two paths as fast as it can until its standard input ends. Arguments: both paths. They
// may be gone for a moment: what races with it removes and makes them anew. It says a word once it
// has begun.
import { AT_FDCWD, RENAME_EXCHANGE } from "../e2e/exchange_paths.ts";

const libc = Deno.dlopen("libc.so.6", {
  renameat2: { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" },
});
const [one, other] = Deno.args.map((text) => new TextEncoder().encode(`${text}\0`));
if (one === undefined || other === undefined) throw new TypeError("two paths are needed");

function exchange(count: number): void {
  for (let done = 0; done < count; done++) {
    libc.symbols.renameat2(AT_FDCWD, one!, AT_FDCWD, other!, RENAME_EXCHANGE);
  }
}

exchange(1);
await Deno.stdout.write(new TextEncoder().encode("ready\n"));
let isOver = false;
Deno.stdin.read(new Uint8Array(1)).then(() => isOver = true);
while (!isOver) {
  // An odd number, so that it rests at either.
  exchange(101);
  await new Promise((resolve) => setTimeout(resolve, 0));
}
