import { pino } from "npm:pino@9.6.0";

const logger = pino({ level: "debug" });

Deno.serve((request) => {
  logger.child({ method: request.method }).debug("request");
  return new Response(`level: ${logger.level}`);
});
