import ms from "ms";

export const old = (text: string): number => ms(text);
