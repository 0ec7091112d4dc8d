import { eventRulesSchema } from '../../contract';
import { jsonSchemaOf, type JsonSchema } from '../../contract/schemas';

/** Makes the JSON Schema of the rules file. */
export function eventRulesJsonSchema(): JsonSchema {
  return jsonSchemaOf({
    title: 'Rules for events: the file of start-from-event and of the Lambda function',
    schema: eventRulesSchema(),
    isAsked: true,
  });
}
