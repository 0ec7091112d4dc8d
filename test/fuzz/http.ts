import assert from 'node:assert/strict';
import { Agent, request as httpRequest, type OutgoingHttpHeaders } from 'node:http';

export interface HttpRequest {
  method: string;
  path: string;
  headers: OutgoingHttpHeaders;
  body: string | Buffer;
}

export interface HttpAnswer {
  status: number;
  type: string;
  body: string;
}

/** A client of the emulator that keeps its connections; an answer that does not come within 10 s is a failure. */
export function httpClient(port: number): { send(request: HttpRequest): Promise<HttpAnswer>; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  return {
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(
          {
            agent,
            port,
            method,
            path,
            host: '127.0.0.1',
            timeout: 10_000,
            headers: { ...headers, 'content-length': Buffer.byteLength(body) },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () => {
              const text = Buffer.concat(chunks).toString();
              resolve({
                status: response.statusCode ?? 0,
                type: response.headers['content-type'] ?? '',
                body: text,
              });
            });
          },
        );
        sent.on('error', reject);
        sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')));
        sent.end(body);
      }),
    close: () => {
      agent.destroy();
    },
  };
}

/** Fails where a text is no well-formed XML of elements, attributes and text. */
export function assertXml(xml: string): void {
  assert.doesNotMatch(
    xml,
    /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u,
    'characters that XML does not know',
  );
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)(\w+)((?: \w+="[^"<&]*")*)>|([^<]+)/g,
    (_all, slash, name, _attributes, text) => {
      if (text !== undefined)
        assert.doesNotMatch(text as string, /&(?!(?:#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos);)/i);
      else if (slash === '') open.push(name as string);
      else assert.equal(open.pop(), name);
      return '';
    },
  );
  assert.deepEqual([rest, open], ['', []], 'not well-formed');
}
