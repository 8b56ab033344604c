import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { double } = require("./double.cjs");

Deno.serve(() => new Response(String(double(21))));
