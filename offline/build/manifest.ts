import type { WebUiFile } from "./write-pack.ts"

/** URL path of the page of a web UI. */
export const PAGE = "/index.html"

/**
 * Makes the browser send its credentials when it asks for the manifest: a manifest is asked for without them, and with
 * OPENCODE_SERVER_PASSWORD set the answer would be 401 and an error in the console.
 */
export function authenticateManifest(html: string): string {
  return new HTMLRewriter()
    .on('link[rel="manifest"]', {
      element: (link) => {
        link.setAttribute("crossorigin", "use-credentials")
      },
    })
    .transform(html)
}

/** The page with {@link authenticateManifest}; any other file as it is. */
export function editPage(file: WebUiFile): WebUiFile {
  if (file.path !== PAGE) return file
  const html = authenticateManifest(new TextDecoder().decode(file.content))
  return { ...file, content: new TextEncoder().encode(html) }
}
