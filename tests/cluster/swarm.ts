// Builds the image once, and runs swarm_inside.ts with it in namespaces.
import { runWithImage } from "./with_image.ts";

const options = { name: "swarm", engineGroups: [] };
Deno.exit(await runWithImage("tests/cluster/swarm_inside.ts", options));
