import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { defined } from '../../contract';
import { OwnIdentityError } from '../errors/thrown';
import type { Credentials } from './clients';
import type { AwsClock } from './clock';
import type { AccountSessions } from './credentials';
import type { RequestHandler } from './request-handler';

/** Where the worker's own credentials come from. */
export type AskForCredentials = () => Promise<Credentials>;

const RENEW_BEFORE_EXPIRY_MS = 5 * 60_000;
/** Credentials without an expiry may have been renewed in their file, or by their process, without a word. */
const ASK_AGAIN_MS = 5 * 60_000;
/** For credentials that are about to expire, where the source has no later ones yet. */
const ASK_FOR_LATER_MS = 60_000;
/** The least time between two questions. A source may be a program, or a service that throttles. */
const PAUSE_MS = 5_000;
/** After it, a question without an answer is put again. */
const LONGEST_QUESTION_MS = 60_000;

/**
 * The worker's own credentials, which assume the roles. The SDK keeps those without an expiry for ever; here their source is
 * asked again from time to time, and as soon as AWS does not take them. All who need them share one question to the
 * source, and its answer: a thousand accounts may be refused at once.
 */
export class OwnCredentials {
  private current: Credentials | undefined;
  private isRefused = false;
  private isAsking = false;
  private askedAt = -Infinity;
  private answer: Promise<Credentials> | undefined;

  /** @param elapsed milliseconds, by a clock that nobody sets */
  constructor(
    private readonly ask: AskForCredentials,
    private readonly clock: AwsClock,
    private readonly elapsed: () => number = () => performance.now(),
  ) {}

  /** Gives the credentials. The same ones are the same object. @throws whatever their source throws */
  async get(): Promise<Credentials> {
    const { current } = this;
    if (current !== undefined && !this.isDue(current)) return current;
    try {
      return await this.askOnce();
    } catch (error) {
      // A file that is being written, or a source that is away: what AWS has not refused may do.
      if (current !== undefined && !this.isRefused && !this.hasExpired(current)) return current;
      throw error;
    }
  }

  /** Hears that AWS does not take credentials that {@link get} gave. */
  refuse(credentials: Credentials): void {
    if (credentials === this.current) this.isRefused = true;
  }

  private isDue(current: Credentials): boolean {
    if (this.isRefused || this.hasExpired(current)) return true;
    const sinceAsked = this.elapsed() - this.askedAt;
    if (current.expiration === undefined) return sinceAsked >= ASK_AGAIN_MS;
    const left = current.expiration.getTime() - this.clock.now();
    return left < RENEW_BEFORE_EXPIRY_MS && sinceAsked >= ASK_FOR_LATER_MS;
  }

  private hasExpired({ expiration }: Credentials): boolean {
    return expiration !== undefined && expiration.getTime() <= this.clock.now();
  }

  private askOnce(): Promise<Credentials> {
    const shared = this.isAsking ? LONGEST_QUESTION_MS : PAUSE_MS;
    if (this.answer !== undefined && this.elapsed() - this.askedAt < shared) return this.answer;
    this.askedAt = this.elapsed();
    this.isAsking = true;
    const answer = this.ask()
      .then((given) => this.take(given))
      .finally(() => {
        if (this.answer === answer) this.isAsking = false;
      });
    // Whoever asked may have stopped waiting.
    answer.catch(() => undefined);
    this.answer = answer;
    return answer;
  }

  private take(given: Credentials): Credentials {
    this.isRefused = false;
    if (this.current === undefined || !areSame(this.current, given)) this.current = given;
    return this.current;
  }
}

/**
 * Makes the question to the provider chain of the SDK: environment, files, SSO, processes, web identity, container, machine.
 *
 * @param region of the STS that a provider asks, where neither the environment nor a profile says
 */
export function askProviderChain(
  requestHandler: RequestHandler,
  endpoint: string | undefined,
  region: () => string,
): AskForCredentials {
  const provider = defaultProvider({
    // The SDK reads each file once in the life of a process.
    ignoreCache: true,
    clientConfig: defined({ requestHandler, endpoint }),
    parentClientConfig: { region: () => Promise.resolve(region()) },
  });
  // One provider is kept, as its clients have learnt how far the clock is off.
  return () => provider({ forceRefresh: true });
}

function areSame(one: Credentials, other: Credentials): boolean {
  return (
    one.accessKeyId === other.accessKeyId &&
    one.secretAccessKey === other.secretAccessKey &&
    one.sessionToken === other.sessionToken &&
    one.expiration?.getTime() === other.expiration?.getTime()
  );
}

/** The worker's own credentials, in the place of the sessions of an account. */
export function ownSession(own: OwnCredentials): Pick<AccountSessions, 'credentials' | 'forget'> {
  let given: Credentials | undefined;
  return {
    async credentials() {
      given = await own.get().catch((error: unknown) => {
        throw new OwnIdentityError(error);
      });
      return given;
    },
    forget() {
      if (given !== undefined) own.refuse(given);
    },
  };
}
