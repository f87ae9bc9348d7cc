import { createHash } from "node:crypto"

/** The CSP sources of every script inside a page: `'sha256-…'`, in the order of the page. */
export function inlineScripts(html: string): string[] {
  const sources: string[] = []
  let text = ""
  new HTMLRewriter()
    .on("script:not([src])", {
      element: () => {
        text = ""
      },
      text: (chunk) => {
        text += chunk.text
        if (chunk.lastInTextNode)
          sources.push(`'sha256-${createHash("sha256").update(text).digest("base64")}'`)
      },
    })
    .transform(html)
  return sources
}

/**
 * The Content-Security-Policy of the page. Online it is as lax as upstream's (pictures from any https address); offline
 * the browser may talk to this server and to nobody else, and no other page may show this one. `'wasm-unsafe-eval'` is for the terminal.
 */
export function contentSecurityPolicy(scripts: string[], offline: boolean): string {
  return [
    "default-src 'self'",
    `script-src ${["'self'", "'wasm-unsafe-eval'", ...scripts].join(" ")}`,
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' data: blob:${offline ? "" : " https:"}`,
    "font-src 'self' data:",
    "media-src 'self' data:",
    "connect-src 'self' data: blob:",
    ...(offline
      ? ["object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'none'"]
      : []),
  ].join("; ")
}

/** A weak entity tag of some content: its sha256, cut to 16 hexadecimal digits. */
export function entityTag(content: Uint8Array | string): string {
  return `W/"${createHash("sha256").update(content).digest("hex").slice(0, 16)}"`
}

/** In the strip that the page leaves free below its prompt, on wide screens and on narrow ones. */
const sign = (
  text: string,
) => `<style>body::after { content: "${text}"; position: fixed; right: 12px; bottom: 0; z-index: 2147483647;
font: 10px/12px system-ui, sans-serif; color: gray; pointer-events: none }</style>`

/**
 * A page with a few words in its corner.
 * @param text letters, digits, dots, commas and blanks
 */
export function showInCorner(html: string, text: string): string {
  const head = html.indexOf("</head>")
  return head === -1 ? html : html.slice(0, head) + sign(text) + html.slice(head)
}
