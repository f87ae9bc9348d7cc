import path from "node:path"

/**
 * Where configuration folders have their tools and plugins. The folder above is not looked at: it may be a link, and what
 * it leads to have any name.
 */
export const CONFIGURED =
  /^(?!\/\$bunfs\/|\w:[\\/]~BUN[\\/]|.*[\\/]node_modules[\\/]).*[\\/](?:tool|tools|plugin|plugins)[\\/][^\\/]+\.[jt]s$/

/**
 * The configuration folder whose own tool or plugin this is: upstream installs the plugin package there. Undefined for
 * what lies elsewhere, or in a package.
 */
export function configurationFolder(file: string): string | undefined {
  const [, folder, part] = /^(.*)[\\/](\w+)[\\/][^\\/]+$/.exec(file) ?? []
  if (!folder || !/^(tool|plugin)s?$/.test(part!)) return undefined
  const named = process.env.OPENCODE_CONFIG_DIR
  const isOne = /[\\/](\.opencode|opencode)$/.test(folder) || (named && folder === path.resolve(named))
  return isOne ? folder : undefined
}
