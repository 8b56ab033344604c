import { tool } from "@team/tools";

Deno.serve(() => new Response(tool));
