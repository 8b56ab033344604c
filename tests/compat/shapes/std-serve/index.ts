import { serve } from "./http/server.ts";

serve((request) => new Response(`served ${request.method}`));
