import type { AwsError } from './aws-error';
import { element } from './sts';

/** An HTTP answer that is ready to be sent. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** AWS JSON 1.1, as sso-admin speaks it. */
export const jsonProtocol = {
  answer: (requestId: string, result: object): HttpAnswer => ({
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId },
    body: JSON.stringify(result),
  }),
  error: (requestId: string, { code, message, status, retryAfterSeconds }: AwsError): HttpAnswer => ({
    status,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': requestId,
      ...retryAfter(retryAfterSeconds),
    },
    body: JSON.stringify({ __type: code, Message: message }),
  }),
};

/** The AWS query protocol, as STS speaks it. */
export const queryProtocol = {
  answer: (requestId: string, operation: string, result: string): HttpAnswer => ({
    status: 200,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body:
      `<${operation}Response xmlns="${STS_NAMESPACE}"><${operation}Result>${result}</${operation}Result>` +
      `<ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata></${operation}Response>`,
  }),
  error: (requestId: string, { code, message, status, retryAfterSeconds }: AwsError): HttpAnswer => ({
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId, ...retryAfter(retryAfterSeconds) },
    body:
      `<ErrorResponse xmlns="${STS_NAMESPACE}"><Error>${element('Type', status < 500 ? 'Sender' : 'Receiver')}` +
      `${element('Code', code)}${element('Message', message)}</Error>${element('RequestId', requestId)}</ErrorResponse>`,
  }),
};

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}
