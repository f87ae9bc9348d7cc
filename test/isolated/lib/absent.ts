/** The outcome of a vector that needs what the runtime has not. */
export const ABSENT = "absent"
