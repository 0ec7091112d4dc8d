import { z } from 'zod';
import { jsonSchemaOf, type JsonSchema } from '../../contract/schemas';
import type { EventAnswer } from './answer';
import type { EventFacts } from './happening';
import type { EventOutcome } from './start-from-event';

const ANSWERS = {
  provision: 'the account was vended, and is to be provisioned',
  retry: 'the account may be used in a Region now: a run that waits for that tries again',
  deprovision: 'the account is closed, or leaves, and its instance is to be deleted',
  ignored: 'nothing is to be done, by the rules or by what the event says',
  vendingFailed: 'the pipeline could not vend the account; a person should know',
  refused: 'sent by another organization, or of an account that is not allowed; a person should look',
  notOurs: 'an event of another kind',
  unreadable: 'it cannot be told what it says; a person should look',
  undecided: 'the rules ask for what nobody knows of the account; a person should look',
} as const satisfies Record<EventAnswer['answer'], string>;

const OUTCOMES = ['started', 'joined', 'retried', 'nothing', 'failed'] as const satisfies readonly (
  EventOutcome['outcome'] | 'failed'
)[];

const text = (description: string) => z.string().describe(description);

const facts = z.object({
  name: text('AWS’s name: `CreateManagedAccount`'),
  id: text('EventBridge’s ID, else CloudTrail’s').exactOptional(),
  at: text('when it happened, as AWS says').exactOptional(),
}) satisfies z.ZodType<EventFacts>;

const outcome = z.object({
  answer: z.enum(Object.keys(ANSWERS) as EventAnswer['answer'][]).describe(
    `what the event means. ${Object.entries(ANSWERS)
      .map(([answer, meaning]) => `${answer}: ${meaning}`)
      .join('. ')}`,
  ),
  outcome: z
    .enum(OUTCOMES)
    .describe('what came of it; joined: a run was open that had been asked for the same'),
  message: text('one line for people: the account, what happened, and the next step where there is one'),
  event: facts.describe('the event, as far as it could be read').exactOptional(),
  accountId: text('the AWS account').exactOptional(),
  accountName: text('its name, where it could not be vended').exactOptional(),
  request: z
    .looseObject({ accountId: text('the AWS account') })
    .describe('what the run is asked for: see provision-request.json, deprovision-request.json')
    .exactOptional(),
  region: text('the Region that may be used now').exactOptional(),
  reason: text('why nothing is started').exactOptional(),
  byRules: z.literal(true).describe('a rule has decided it').exactOptional(),
  field: text('the field that cannot be read').exactOptional(),
  unknown: z
    .enum(['organizationalUnit', 'accountName', 'tags'])
    .describe('what nobody knows of the account')
    .exactOptional(),
  workflowId: text('the run that was started, joined, or told to try again').exactOptional(),
  runId: text('its run ID').exactOptional(),
  error: z
    .object({ type: text('name of the error'), message: text('the same as `message`') })
    .describe('why it failed: deliver the event again')
    .exactOptional(),
});

/** Makes the JSON Schema of what `start-from-event --json` says of an event. */
export function eventOutcomeJsonSchema(): JsonSchema {
  return jsonSchemaOf({ title: 'Outcome: what start-from-event --json says of an event', schema: outcome });
}
