import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const HOST = '127.0.0.1';

/** The way from the workers and the client to Temporal, which is cut as a cable is: what is under way gets lost. */
export class Cable {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  /** @param target host and port of Temporal */
  static async lay(target: string): Promise<Cable> {
    const [host, port] = target.split(':');
    const server = createServer();
    server.listen(0, HOST);
    await once(server, 'listening');
    const cable = new Cable(server, (server.address() as AddressInfo).port);
    server.on('connection', (near) => {
      cable.lead(near, connect(Number(port), host));
    });
    return cable;
  }

  get address(): string {
    return `${HOST}:${this.port}`;
  }

  /** Breaks every connection, and refuses new ones. */
  cut(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  async mend(): Promise<void> {
    this.server.listen(this.port, HOST);
    await once(this.server, 'listening');
  }

  private lead(near: Socket, far: Socket): void {
    const part = () => {
      for (const socket of [near, far]) {
        socket.destroy();
        this.sockets.delete(socket);
      }
    };
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.setNoDelay().on('close', part).on('error', part);
    }
    near.pipe(far);
    far.pipe(near);
  }
}
