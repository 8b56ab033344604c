export const greet = (word: string, name: string): string => `${word} ${name}`;
