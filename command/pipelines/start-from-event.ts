import { IdentityCenterError } from '../../client';
import {
  answerDelivery,
  lookUpInOrganizations,
  startFromDelivery,
  type Delivery,
  type EventAnswer,
  type EventClient,
  type EventOutcome,
  type EventRules,
  type StartOptions,
} from '../../pipelines';
import { EXIT } from '../exit-codes';
import { print, printJson } from '../output';
import { withClient, type CommonOptions } from '../with-client';
import { rulesOf, type RulesOptions } from '../read-rules';
import { readEvents } from './read-events';

interface StartFromEventOptions extends RulesOptions {
  dryRun?: boolean;
  askAws?: boolean;
}

/** What came of an event: as it is, or with the error that kept it from being served. */
type Came =
  EventOutcome | { answer: EventAnswer; outcome: 'failed'; message: string; error: IdentityCenterError };

/** So many events are served at once. */
const AT_ONCE = 10;

/**
 * Starts or joins the runs that events ask for, and waits for none of them.
 *
 * @returns the exit code: {@link EXIT.usage} where a person should look at an event, {@link EXIT.failed} where an account could
 *   not be vended
 */
export async function startFromEvent(
  file: string | undefined,
  options: CommonOptions & StartFromEventOptions,
): Promise<number> {
  const { json = false, dryRun = false, askAws = false } = options;
  const start = askAws ? { lookUp: lookUpInOrganizations() } : {};
  const rules = rulesOf(options);
  const deliveries = readEvents(file ?? '-');
  const codes = new Set<number>();
  const tell = (came: Came) => {
    codes.add(exitCodeOf(came));
    if (json) printJson(documentOf(came));
    else print(came.message);
  };
  if (dryRun || !(askAws || deliveries.some((it) => asksForServer(answerDelivery(it, rules))))) {
    for (const it of deliveries) tell(withoutServer(answerDelivery(it, rules)));
  } else {
    await withClient(async (client) => {
      for (let at = 0; at < deliveries.length; at += AT_ONCE) {
        const some = deliveries.slice(at, at + AT_ONCE);
        for (const came of await Promise.all(some.map((it) => serve(client, it, rules, start)))) tell(came);
      }
    });
  }
  return [EXIT.usage, EXIT.failed].find((code) => codes.has(code)) ?? EXIT.done;
}

async function serve(
  client: EventClient,
  delivery: Delivery,
  rules: EventRules,
  options: StartOptions,
): Promise<Came> {
  try {
    return await startFromDelivery(client, delivery, rules, options);
  } catch (error) {
    // Where the server is lost, the next event would find the same.
    if (!(error instanceof IdentityCenterError) || error.category === 'unreachable') throw error;
    const answer = answerDelivery(delivery, rules);
    return { answer, outcome: 'failed', message: error.message, error };
  }
}

function withoutServer(answer: EventAnswer): EventOutcome {
  return { answer, outcome: 'nothing', message: answer.message };
}

function asksForServer({ answer }: EventAnswer): boolean {
  return ['provision', 'retry', 'deprovision'].includes(answer);
}

function exitCodeOf(came: Came): number {
  if ('error' in came) return EXIT[came.error.category];
  const { answer } = came.answer;
  if (['unreadable', 'refused', 'undecided'].includes(answer)) return EXIT.usage;
  return answer === 'vendingFailed' ? EXIT.failed : EXIT.done;
}

function documentOf(came: Came): object {
  const { answer, outcome, message } = came;
  const run = 'run' in came ? came.run : undefined;
  const error = 'error' in came ? { type: came.error.name, message } : undefined;
  return { ...answer, outcome, message, workflowId: run?.workflowId, runId: run?.runId, error };
}
