/** An HTTP request to AWS. */
export interface AwsRequest {
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** An HTTP answer that is ready to be sent. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** An error as AWS answers it. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number = defaultStatus(code),
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

function defaultStatus(code: string): number {
  if (code === 'InternalServerException' || code === 'InternalFailure') return 500;
  if (/^(AccessDenied|OptInRequired|ExpiredToken|InvalidClientTokenId)$/.test(code)) return 403;
  return 400;
}

/** How a service is called, and how it answers. */
export interface Protocol {
  /** Reads which operation of the service a request names; nothing, where it is a request to another service. */
  operation(request: AwsRequest): string | undefined;
  /** Reads the input, which nobody has checked yet. @throws AwsError */
  input(request: AwsRequest): unknown;
  answer(requestId: string, operation: string, result: object): HttpAnswer;
  error(requestId: string, error: AwsError): HttpAnswer;
  /** What the errors that every service has are called. */
  errors: {
    validation: string;
    serialization: string;
    expiredToken: string;
    /** Of a key that AWS does not know. */
    unknownToken: string;
    /** Of a signature whose time is not AWS's. */
    signature: string;
    incompleteSignature: string;
  };
}

/** AWS JSON. @param target what stands before the operation in `X-Amz-Target` */
export function jsonProtocol(target: string, version: '1.0' | '1.1' = '1.1'): Protocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    operation: (request) => {
      const [service, name, ...rest] = header(request, 'x-amz-target')?.split('.') ?? [];
      return service === target && rest.length === 0 && /^\w+$/.test(name ?? '') ? name : undefined;
    },
    input: ({ body }) => {
      try {
        return JSON.parse(body) as unknown;
      } catch {
        throw new AwsError('SerializationException', 'The body is not JSON.');
      }
    },
    answer: (requestId, _operation, result) => ({
      status: 200,
      headers: headers(contentType, requestId),
      body: JSON.stringify(result),
    }),
    error: (requestId, { code, message, status, retryAfterSeconds }) => ({
      status,
      headers: headers(contentType, requestId, retryAfterSeconds),
      body: JSON.stringify({ __type: code, Message: message }),
    }),
    errors: {
      validation: 'ValidationException',
      serialization: 'SerializationException',
      expiredToken: 'ExpiredTokenException',
      unknownToken: 'UnrecognizedClientException',
      signature: 'InvalidSignatureException',
      incompleteSignature: 'IncompleteSignatureException',
    },
  };
}

/** The AWS query protocol: a form is sent, XML comes back. @param namespace of that XML */
export function queryProtocol(namespace: string): Protocol {
  return {
    operation: ({ body }) => new URLSearchParams(body).get('Action') ?? undefined,
    input: ({ body }) => Object.fromEntries(new URLSearchParams(body)),
    answer: (requestId, operation, result) => ({
      status: 200,
      headers: headers('text/xml', requestId),
      body:
        `<${operation}Response xmlns="${namespace}">${element(`${operation}Result`, result)}` +
        `${element('ResponseMetadata', { RequestId: requestId })}</${operation}Response>`,
    }),
    error: (requestId, { code, message, status, retryAfterSeconds }) => ({
      status,
      headers: headers('text/xml', requestId, retryAfterSeconds),
      body:
        `<ErrorResponse xmlns="${namespace}">` +
        element('Error', { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message }) +
        `${element('RequestId', requestId)}</ErrorResponse>`,
    }),
    errors: {
      validation: 'ValidationError',
      serialization: 'ValidationError',
      expiredToken: 'ExpiredToken',
      unknownToken: 'InvalidClientTokenId',
      signature: 'SignatureDoesNotMatch',
      incompleteSignature: 'IncompleteSignature',
    },
  };
}

/** A header of a request; the first, where it was sent several times. */
export function header({ headers }: AwsRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function headers(contentType: string, requestId: string, retryAfterSeconds?: number): Record<string, string> {
  const all = { 'content-type': contentType, 'x-amzn-requestid': requestId };
  return retryAfterSeconds === undefined ? all : { ...all, 'retry-after': String(retryAfterSeconds) };
}

/** An XML element: of text, or of elements named as the properties of an object. */
function element(name: string, content: string | object): string {
  const inner =
    typeof content === 'string'
      ? escapeXml(content)
      : Object.entries(content)
          .map(([key, value]) => element(key, value as string | object))
          .join('');
  return `<${name}>${inner}</${name}>`;
}

/** Escapes a text; what XML cannot hold, even escaped, becomes U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/gu, '\ufffd')
    .replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
}
