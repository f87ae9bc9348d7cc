/** Something that is started inside the namespace ahead of the command, such as a server that the command is to talk to. */
export interface Service {
  /** The absolute path of a module that exports a {@link StartService} as `startService`. */
  module: string
  /** What it is started with; goes through JSON. */
  options: unknown
}

/** What a service is given. */
export interface ServiceHost {
  /** Milliseconds since the recording began. */
  clock(): number
  /** To be called when the service was asked for something, so that the run does not count as idle. */
  touch(): void
}

export type StartService = (options: unknown, host: ServiceHost) => RunningService

export interface RunningService {
  /** What it has to tell at the end of the run; goes through JSON. */
  report(): unknown
}

/** Starts one. Throws when its module has no `startService`. */
export async function startService({ module, options }: Service, host: ServiceHost): Promise<RunningService> {
  const { startService: start } = (await import(module)) as { startService: StartService }
  return start(options, host)
}
