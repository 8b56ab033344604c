import { CONFIGURATION } from "./catalog/configuration.ts";
import { EDGE } from "./catalog/edge.ts";
import { ENTRIES } from "./catalog/entries.ts";
import { PACKAGES } from "./catalog/packages.ts";
import { PLAIN } from "./catalog/plain.ts";
import { STORES } from "./catalog/stores.ts";
import type { ShapeGroup } from "./shape.ts";

/** All shapes, in the order of the table. */
export const catalog: readonly ShapeGroup[] = [
  PLAIN,
  ENTRIES,
  CONFIGURATION,
  ...PACKAGES,
  STORES,
  EDGE,
];
