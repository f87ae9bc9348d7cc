import { interceptChildren } from "../children/intercept.ts"
import { holdBuiltins } from "../held.ts"
import type { StateFolder } from "../state-folder.ts"
import { interceptBind } from "./bind.ts"
import { interceptBunSockets } from "./bun-sockets.ts"
import { interceptCarried } from "./carried.ts"
import { createDecide, createExplainPort, type DecideOptions } from "./decide.ts"
import { interceptDns } from "./dns.ts"
import { interceptFetch } from "./fetch.ts"
import { interceptHttp } from "./http.ts"
import { interceptNet } from "./net.ts"
import { allowsProxy, createProxyCheck, holdProxies } from "./proxy.ts"
import { interceptRealms } from "./realm.ts"
import { interceptServices } from "./services.ts"
import { interceptUdp } from "./udp.ts"
import { interceptWebSocket } from "./websocket.ts"
import { interceptWorkers, takeProxies, type WorkerHandover } from "./worker.ts"

export interface GuardOptions extends DecideOptions {
  /** The environment that the process started with. */
  env: NodeJS.ProcessEnv
  worker: WorkerHandover
  /** The folder of state that is kept from children. */
  state?: StateFolder
}

/**
 * Puts a decision in front of every way by which this thread's code can open a connection. One family of APIs a file.
 */
export function installGuard(options: GuardOptions): void {
  holdBuiltins()
  const decide = createDecide(options)
  const held = holdProxies(takeProxies() ?? options.env, (proxy) => allowsProxy(options.policy, proxy))
  const checkProxy = createProxyCheck(held, decide)
  // Workers first: a builtin that is loaded below may keep the constructor that it finds.
  interceptWorkers(options.worker, held)
  interceptFetch(decide, checkProxy, createExplainPort(options))
  interceptWebSocket(decide)
  interceptDns(decide)
  interceptNet(decide)
  interceptHttp(decide, checkProxy)
  interceptBunSockets(decide)
  interceptBind(decide)
  interceptUdp(decide)
  interceptChildren({
    decide,
    module: options.worker.preload,
    env: options.worker.env,
    atStart: options.env,
    state: options.state,
  })
  interceptServices(decide)
  interceptRealms()
  interceptCarried(decide, checkProxy)
}
