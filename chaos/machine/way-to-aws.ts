import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const HOST = '127.0.0.1';
/** A connection on which nothing was said for so long after an answer has no call under way. */
const QUIET_MS = 30;

/** The way from the workers to AWS. While it is closed connections are refused, so nothing can have been sent. */
export class WayToAws {
  /** By connection, when its last answer came; `undefined` while a call is under way. */
  private readonly answeredAt = new Map<Socket, number | undefined>();
  private closing: NodeJS.Timeout | undefined;

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  /** @param target the port of the emulator */
  static async open(target: number): Promise<WayToAws> {
    const server = createServer();
    server.listen(0, HOST);
    await once(server, 'listening');
    const way = new WayToAws(server, (server.address() as AddressInfo).port);
    server.on('connection', (near) => {
      way.lead(near, connect(target, HOST));
    });
    return way;
  }

  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  /** Refuses whoever connects. What is under way is answered. */
  close(): void {
    if (this.closing !== undefined) return;
    this.server.close();
    this.closing = setInterval(() => {
      const now = Date.now();
      for (const [socket, at] of this.answeredAt)
        if (at !== undefined && now - at > QUIET_MS) socket.destroy();
    }, QUIET_MS);
  }

  /** Lets whoever connects through again. */
  async reopen(): Promise<void> {
    if (this.closing === undefined) return;
    clearInterval(this.closing);
    this.closing = undefined;
    this.server.listen(this.port, HOST);
    await once(this.server, 'listening');
  }

  /** Closes it for good. */
  end(): void {
    clearInterval(this.closing);
    this.server.close();
    for (const socket of this.answeredAt.keys()) socket.destroy();
  }

  private lead(near: Socket, far: Socket): void {
    this.answeredAt.set(near, Date.now());
    near.on('data', () => this.answeredAt.set(near, undefined));
    far.on('data', () => this.answeredAt.set(near, Date.now()));
    const part = () => {
      this.answeredAt.delete(near);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('close', part).on('error', part);
    near.pipe(far);
    far.pipe(near);
  }
}
