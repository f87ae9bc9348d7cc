/**
 * The names of our modules inside the executable: what the build writes and what is read at run time. In one file, so
 * that they cannot differ.
 */
export interface ModuleNames {
  /** Where the executable's modules lie. */
  root: string
  /** Run ahead of everything else in the main thread. */
  index: string
  /** The part of it that a worker, and a child that is Bun, runs first. */
  guard: string
  /** Run ahead of `index`: waits where the executable is to be started once more, confined. */
  start: string
  /** What starts it once more; loaded where that is asked for. */
  launch: string
  /** The thread that answers the kernel about the tree that was started. */
  supervisor: string
  /** The same as `index`, in an executable of the git source. */
  gitIndex: string
  /** What the build decided for everyone: JSON. */
  policy: string
  /** The default configuration: JSON in the form of opencode.json. */
  configuration: string
  /** The pages of `opencode offline help`: JSON, by topic. */
  help: string
  /** The model catalogue: models.dev's api.json. */
  catalogue: string
  /** Upstream's own one, where `catalogue` is another. */
  upstreamsCatalogue: string
  /** All files of the web UI, as one pack. */
  webUi: string
  /** Lists the assets: JSON. */
  assetIndex: string
  /** An asset, as zstd. */
  asset(name: string): string
  /** Lists the packages: JSON. */
  packageIndex: string
  /** A package together with all that it imports: JSON with the files' texts by name, as brotli. */
  packageBundle(of: { name: string; version: string }): string
}

/** The folder that the runtime shows the executable's modules in. */
export function embeddedRoot(platform: NodeJS.Platform = process.platform): string {
  return platform === "win32" ? "B:/~BUN/root" : "/$bunfs/root"
}

/** The names in an executable whose modules lie in `root`: by default, the one that this is run from. */
export function moduleNames(root: string = embeddedRoot()): ModuleNames {
  return {
    root,
    index: `${root}/offline/index.js`,
    guard: `${root}/offline/guard.js`,
    start: `${root}/offline/start.js`,
    launch: `${root}/offline/launch.js`,
    supervisor: `${root}/offline/supervisor.js`,
    gitIndex: `${root}/src/offline/index.js`,
    policy: `${root}/offline-policy.json`,
    configuration: `${root}/offline-config.json`,
    help: `${root}/offline-help.json`,
    catalogue: `${root}/offline-models.json`,
    upstreamsCatalogue: `${root}/offline-models-upstreams.json`,
    webUi: `${root}/offline-web-ui.pack`,
    assetIndex: `${root}/offline-assets.json`,
    asset: (name) => `${root}/offline-asset-${name}.zst`,
    packageIndex: `${root}/offline-packages.json`,
    packageBundle: ({ name, version }) => `${root}/offline-packages/${name}@${version}.br`,
  }
}
