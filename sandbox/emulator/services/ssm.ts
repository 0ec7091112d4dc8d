import { z } from 'zod';
import { AwsError, jsonProtocol } from '../protocols';
import { operation, type Caller, type Service } from '../service';
import { optional, text } from '../validation';

const MOST_STANDARD_BYTES = 4096;

// The limits of the ssm service model, 2014-11-06; of parameters in the standard tier.
const name = text(1, 2048, /^[\w./-]+$/);
const putInput = z.strictObject({
  Name: name,
  Value: z.string().min(1),
  Type: optional(z.enum(['String', 'StringList', 'SecureString'])),
  Overwrite: optional(z.boolean()),
});
const getInput = z.strictObject({ Name: name, WithDecryption: optional(z.boolean()) });

interface Parameter {
  value: string;
  type: string;
  version: number;
}

/** SSM: the parameters of each account and Region. */
export function createSsm(): Service {
  const parameters = new Map<string, Parameter>();
  const keyOf = ({ account, region }: Caller, parameter: string) => `${account} ${region} ${parameter}`;
  return {
    protocol: jsonProtocol('AmazonSSM'),
    prefix: 'ssm',
    throttled: false,
    reset() {
      parameters.clear();
    },
    operations: {
      PutParameter: operation({
        schema: putInput,
        details: ({ Name, Value }) => ({ target: Name, sent: Value }),
        perform({ Name, Value, Type = 'String', Overwrite = false }, caller) {
          const before = parameters.get(keyOf(caller, Name));
          if (before !== undefined && !Overwrite)
            throw new AwsError('ParameterAlreadyExists', 'The parameter already exists.');
          if (Buffer.byteLength(Value) > MOST_STANDARD_BYTES)
            throw new AwsError(
              'ValidationException',
              'Standard tier parameters support a maximum parameter value of 4096 characters.',
            );
          const version = (before?.version ?? 0) + 1;
          parameters.set(keyOf(caller, Name), { value: Value, type: Type, version });
          return { Version: version, Tier: 'Standard' };
        },
      }),
      GetParameter: operation({
        schema: getInput,
        perform({ Name }, caller) {
          const found = parameters.get(keyOf(caller, Name));
          if (found === undefined) throw new AwsError('ParameterNotFound', '');
          const ARN = `arn:aws:ssm:${caller.region}:${caller.account}:parameter/${Name.replace(/^\//, '')}`;
          return {
            Parameter: {
              Name,
              ARN,
              Type: found.type,
              Value: found.value,
              Version: found.version,
              DataType: 'text',
            },
          };
        },
      }),
    },
  };
}
