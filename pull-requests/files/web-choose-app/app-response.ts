/** The file at a path; the page itself for any other path, as the web UI has its routes in the browser. */
export function appResponse(files: Record<string, string>, pathname: string) {
  const file = files[pathname.slice(1)] ?? files["index.html"]
  return file ? new Response(Bun.file(file)) : new Response("Not Found", { status: 404 })
}
