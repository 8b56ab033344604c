import { mark } from "./mark.ts";

export const greet = (name: string): string => `vendored hello ${name}${mark}`;
