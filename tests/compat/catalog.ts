import { PLAIN } from "./catalog/plain.ts";
import type { ShapeGroup } from "./shape.ts";

/** All shapes, in the order of the table. */
export const catalog: readonly ShapeGroup[] = [PLAIN];
