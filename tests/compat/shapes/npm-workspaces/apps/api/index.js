import { createServer } from "node:http";
import { title } from "@mono/shared";
import ms from "ms";

createServer((_, response) => response.end(`${title} ${ms(60000)}`)).listen(3000);
