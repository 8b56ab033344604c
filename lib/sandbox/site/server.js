// Serves the static files of a function. It runs inside the function's sandbox, as its entry.
import { createSite } from "./site.js";

export default { fetch: createSite(JSON.parse(Deno.args[0])) };
