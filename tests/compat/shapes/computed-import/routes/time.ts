import { zone } from "../zone.ts";

export default (): Response => Response.json({ zone });
