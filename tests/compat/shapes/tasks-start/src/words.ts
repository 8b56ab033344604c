export const say = (what: string): string => `started by ${what}`;
