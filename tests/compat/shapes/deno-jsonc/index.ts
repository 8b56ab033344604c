import { greet } from "greet";

Deno.serve(() => new Response(greet("loose types")));
