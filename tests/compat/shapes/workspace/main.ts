import { sum } from "@shop/math";
import { plural } from "@shop/words/plural";
import ms from "ms";

Deno.serve(() => new Response(`${plural(sum(1, 2), "item")} in ${ms(1000)}`));
