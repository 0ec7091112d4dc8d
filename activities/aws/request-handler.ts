import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { defined, readEnvironment, type Environment } from '../../contract';
import { readNetworkSettings, type NetworkSettings } from './network';
import { isDirect } from './no-proxy';

const CONNECTION_TIMEOUT_MS = 3_000;
const MAX_SOCKETS = 200;

type Handle = NodeHttpHandler['handle'];

/** What a proxy answers where a connection is asked for. */
interface ConnectResponse {
  statusCode: number;
  statusText: string;
}

/** Sends the requests of all clients: by way of a proxy where there is one for the host, else directly. */
export class RequestHandler extends NodeHttpHandler {
  private readonly byProxy: ReadonlyMap<string, NodeHttpHandler>;

  /** @param onDate hears the date that each answer carries */
  constructor(
    private readonly network: NetworkSettings = {},
    private readonly onDate: (date: string | undefined) => void = () => undefined,
  ) {
    const { httpsProxy, httpProxy, authorities: ca } = network;
    const pool = { keepAlive: true, maxSockets: MAX_SOCKETS };
    super(options({ httpsAgent: defined({ ...pool, ca }) }));
    const byProxy = new Map<string, NodeHttpHandler>();
    if (httpsProxy !== undefined) {
      const httpsAgent = new TunnelAgent(httpsProxy, defined({ ...pool, ca }));
      byProxy.set('https:', new NodeHttpHandler(options({ httpsAgent })));
    }
    if (httpProxy !== undefined) {
      const httpAgent = new HttpProxyAgent(httpProxy, defined({ ...pool, ca }));
      byProxy.set('http:', new NodeHttpHandler(options({ httpAgent })));
    }
    this.byProxy = byProxy;
  }

  override async handle(...[request, handling]: Parameters<Handle>): ReturnType<Handle> {
    const answer = await this.send(request, handling);
    this.onDate(answer.response.headers['date']);
    return answer;
  }

  private send(...[request, handling]: Parameters<Handle>): ReturnType<Handle> {
    const { protocol, hostname, port } = request;
    const proxied = this.byProxy.get(protocol);
    const isPlain = protocol === 'http:';
    if (proxied === undefined || isDirect(hostname, port ?? (isPlain ? 80 : 443), this.network.noProxy))
      return super.handle(request, handling);
    return proxied.handle(request, handling);
  }
}

/** Makes the handler for the proxies and certificate authorities that an environment names. @throws Error naming the variable that is wrong */
export function createRequestHandler(env: Environment): RequestHandler {
  return new RequestHandler(readNetworkSettings(readEnvironment(env)));
}

function options(agents: Pick<NodeHttpHandlerOptions, 'httpAgent' | 'httpsAgent'>): NodeHttpHandlerOptions {
  return { connectionTimeout: CONNECTION_TIMEOUT_MS, ...agents };
}

/**
 * Trusts the same authorities at both ends of a tunnel, and keeps connections: the agent of the library does the first for the
 * proxy only, and finds no connection again where it is not told that the tunnel is for https.
 *
 * A proxy that lets nothing through is told from AWS: the library hands its answer on as one to the request.
 */
class TunnelAgent extends HttpsProxyAgent<string> {
  constructor(
    proxy: string,
    private readonly settings: { keepAlive: boolean; maxSockets: number; ca?: string[] },
  ) {
    super(proxy, settings);
  }

  override isSecureEndpoint(): boolean {
    return true;
  }

  override connect(...[request, to]: Parameters<HttpsProxyAgent<string>['connect']>) {
    const { ca } = this.settings;
    request.once('proxyConnect', ({ statusCode, statusText }: ConnectResponse) => {
      if (statusCode !== 200)
        request.destroy(new Error(`Proxy response to CONNECT: ${statusCode} ${statusText}`.trimEnd()));
    });
    return super.connect(request, to.secureEndpoint && ca !== undefined ? { ...to, ca } : to);
  }
}
