import fc from 'fast-check';
import type { HttpRequest } from './http';
import { mutated, mutatedText, nested } from './mutate';

export const credential = (key: string): string =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260101/eu-west-1/sso/aws4_request, SignedHeaders=host, Signature=00`;

const arn = 'arn:aws:sso:::instance/ssoins-0123456789abcdef';
const tag = { Key: 'team', Value: 'identity' };
/** A valid input of each operation. */
const inputs: [string, unknown][] = [
  ['CreateInstance', { ClientToken: '483d49ae-918c-5960-bb4b-13d19ca327a4', Name: 'workforce', Tags: [tag] }],
  ['CreateInstance', { ClientToken: 'x', Name: 'x'.repeat(255), Tags: [{ Key: '__proto__', Value: '' }] }],
  ['CreateInstance', {}],
  ['DescribeInstance', { InstanceArn: arn }],
  ['ListInstances', { MaxResults: 100, NextToken: 'MTAw', RegionScope: 'ALL_REGIONS' }],
  [
    'UpdateInstance',
    { InstanceArn: arn, Name: 'other', EncryptionConfiguration: { KeyType: 'AWS_OWNED_KMS_KEY' } },
  ],
  ['DeleteInstance', { InstanceArn: arn }],
  ['TagResource', { InstanceArn: arn, ResourceArn: arn, Tags: [tag] }],
  ['UntagResource', { ResourceArn: arn, TagKeys: ['team'] }],
  ['ListTagsForResource', { ResourceArn: arn, NextToken: 'MjA' }],
];
const forms = [
  'Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::222222222222:role/a/b&RoleSessionName=me&DurationSeconds=900&ExternalId=abc',
  'Action=GetCallerIdentity&Version=2011-06-15',
  'Action=%00%0b%3C%26&Version=%ff',
  'Action=AssumeRole&RoleArn=arn:aws:iam::222222222222:role/%01%EF%BF%BF&RoleSessionName=me',
  'Action=CreateInstance&Name=x',
];

export interface Sample {
  request: HttpRequest;
  operation: string;
}

/** Often as it is meant, at times not. */
const mostly = (usual: string, odd: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });
const headerText = (text: string) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 4000);
export function jsonOf(value: unknown): string {
  const plain = (_key: string, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner);
  try {
    // Neither undefined nor a symbol has a JSON text.
    return JSON.stringify([value], plain).slice(1, -1);
  } catch {
    return nested(5000);
  }
}

export const bodyOf = (input: unknown): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(JSON.stringify(input)) },
    { weight: 6, arbitrary: mutated(fc.constant(input)).map(jsonOf) },
    { weight: 3, arbitrary: mutatedText(fc.constant(JSON.stringify(input))) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        'null',
        '[]',
        '1e999',
        '"x"',
        nested(20_000),
        `{"RegionScope":${nested(20_000)}}`,
      ),
    },
  );

/** Calls of the operations of Identity Center, and of what is not one. */
export const jsonCalls = (keys: string[]): fc.Arbitrary<Sample> =>
  fc.constantFrom(...inputs).chain(([operation, input]) =>
    fc
      .record({
        account: fc.nat(keys.length - 1),
        authorization: mostly(
          '',
          fc.oneof(mutatedText(fc.constant(credential('AKIAIOSFODNN7EXAMPLE'))), fc.constant('none')),
        ),
        target: mostly(
          `SWBExternalService.${operation}`,
          fc.oneof(
            mutatedText(fc.constant(`SWBExternalService.${operation}`)),
            fc.constantFrom(
              '',
              'SWBExternalService.AssumeRole',
              'SWBExternalService.GetCallerIdentity',
              'SWBExternalService.constructor',
            ),
          ),
        ),
        method: mostly(
          'POST',
          fc.constantFrom('GET', 'PUT', 'HEAD', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'),
        ),
        path: mostly(
          '/',
          fc.constantFrom(
            '//',
            '/%',
            '/?x=%zz',
            '/../..',
            '*',
            '/_emulatorx',
            'http://[',
            '//[',
            '/%ff',
            'http://a/b',
          ),
        ),
        text: bodyOf(input),
      })
      .map(({ account, authorization, target, method, path, text }) => ({
        operation: headerText(target),
        request: {
          method,
          path,
          headers: {
            authorization: authorization === '' ? credential(keys[account]!) : headerText(authorization),
            'content-type': 'application/x-amz-json-1.1',
            ...(target !== '' && { 'x-amz-target': headerText(target) }),
          },
          body: text,
        },
      })),
  );
/** Calls of STS. */
export const formCalls = (keys: string[]): fc.Arbitrary<Sample> =>
  fc.tuple(fc.constantFrom(...forms), fc.nat(keys.length - 1)).chain(([text, account]) =>
    fc
      .oneof(fc.constant(text), mutatedText(fc.constant(text)), mutatedText(fc.constant(text)))
      .map((changed) => ({
        operation: '',
        request: {
          method: 'POST',
          path: '/',
          headers: {
            authorization: credential(keys[account]!),
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: changed,
        },
      })),
  );
