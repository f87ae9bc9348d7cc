// OpenCode starts this server without the settings that it cannot start without: where TypeScript is, and that no
// TypeScript server of an editor works beside it. They are added to what the client says.
const { createRequire } = require("node:module")
const { dirname, join } = require("node:path")

const server = "@vue/language-server/bin/vue-language-server.js"
const volar = createRequire(require.resolve(server))("@volar/language-server/node")
const { createConnection } = volar

volar.createConnection = () => {
  const connection = createConnection()
  const { onInitialize } = connection
  connection.onInitialize = (handler) =>
    onInitialize((params, ...rest) =>
      handler({ ...params, initializationOptions: complete(params) }, ...rest),
    )
  return connection
}

require(server)

function complete({ initializationOptions: given }) {
  return {
    ...given,
    typescript: { tsdk: typescript(), ...given?.typescript },
    vue: { hybridMode: false, ...given?.vue },
  }
}

/** The project's, else the kit's. */
function typescript() {
  for (const from of [join(process.cwd(), "package.json"), __filename]) {
    try {
      return dirname(createRequire(from).resolve("typescript/lib/tsserver.js"))
    } catch {}
  }
}
