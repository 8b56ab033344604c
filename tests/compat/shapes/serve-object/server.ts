export const greeting: string = "hello from an object";
