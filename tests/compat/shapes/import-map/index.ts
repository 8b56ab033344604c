import { customAlphabet } from "nanoid";
import { wrap } from "lib/wrap.ts";

const id = customAlphabet("a", 6);

Deno.serve(() => new Response(wrap(id())));
