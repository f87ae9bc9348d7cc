/** A command that does nothing until it is ended: for what is executed beside it, several starts in one namespace. */
export const idle = { executable: Bun.which("sleep")!, args: ["infinity"] }
