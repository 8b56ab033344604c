import winston from "npm:winston@3.17.0";

const logger = winston.createLogger({ transports: [new winston.transports.Console()] });

Deno.serve((request) => {
  logger.info("request", { method: request.method });
  return new Response(`levels: ${Object.keys(logger.levels).join(" ")}`);
});
