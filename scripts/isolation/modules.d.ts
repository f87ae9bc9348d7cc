// dns-packet ships no types. Declared here is only what this project calls.

declare module "dns-packet" {
  interface Question {
    /** Its labels, joined by dots; `.` for the root. */
    name: string
    /** `A`, `AAAA`, …; `UNKNOWN_65` for a type that the library has no name for. */
    type: string
    class: string
  }
  interface Header {
    id: number
    type: "query" | "response"
    flags: number
  }
  type Answer =
    | { type: "A"; name: string; ttl: number; data: string }
    /** Extended DNS (RFC 6891). */
    | { type: "OPT"; name: "."; udpPayloadSize?: number }
  interface Message extends Header {
    questions: Question[]
    answers: Answer[]
    additionals: { type: string }[]
  }
  const dnsPacket: {
    RECURSION_DESIRED: number
    RECURSION_AVAILABLE: number
    /** @throws Error for bytes that are no DNS message */
    decode(bytes: Buffer): Message
    encode(message: Header & { questions: Question[]; answers: Answer[]; additionals: Answer[] }): Buffer
    question: {
      /** @throws Error when none stands at that offset */
      decode(bytes: Buffer, offset: number): Question
    }
  }
  export default dnsPacket
}
