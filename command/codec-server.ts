import { isLoopback } from '../contract';
import {
  createTokenCheck,
  KEYS_VARIABLE,
  readCodecSettings,
  startCodecServer,
  temporalExtensions,
  type CodecServer,
  type CodecServerOptions,
} from '../encryption';
import { UsageError } from './errors';
import { EXIT } from './exit-codes';
import { untilInterrupted } from './interrupt';
import { print, printAside, printJson } from './output';
import type { CommonOptions } from './with-client';

interface CodecServerFlags extends CommonOptions {
  host: string;
  port: number;
  withoutTokens?: boolean;
}

/** Serves decoded payloads to the Temporal UI and CLI, until it is interrupted. @throws UsageError, EncryptionKeysError, CodecSettingsError */
export async function codecServer({
  host,
  port,
  withoutTokens = false,
  json,
}: CodecServerFlags): Promise<number> {
  if (process.env[KEYS_VARIABLE] === undefined)
    throw new UsageError(`${KEYS_VARIABLE} is not set: without keys there is nothing to decode.`);
  if (withoutTokens && !isLoopback(host))
    throw new UsageError(`--without-tokens is for this machine only, and ${host} is reached from others.`);
  const settings = readCodecSettings(process.env);
  const { dataConverter } = await temporalExtensions(process.env, (error) => {
    printAside(`The renewed keys cannot be used; the old ones stay in use. ${String(error)}`);
  });
  const [codec] = dataConverter.payloadCodecs ?? [];
  if (codec === undefined) throw new Error('the extensions have a codec');
  const server = await listen({
    codec,
    host,
    port,
    origins: settings.origins,
    ...(withoutTokens ? {} : { checkToken: await createTokenCheck(settings) }),
    onRefusal: printAside,
  });
  const { url } = server;
  if (json) printJson({ url });
  else print(`Codec server on ${url}. Ctrl-C ends it.`);
  await untilInterrupted();
  await server.close();
  return EXIT.done;
}

async function listen(options: CodecServerOptions): Promise<CodecServer> {
  try {
    return await startCodecServer(options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const { host, port } = options;
    if (code === 'EADDRINUSE')
      throw new UsageError(`--port: port ${port} of ${host} is in use. Choose another.`);
    throw new UsageError(`--host, --port: ${host}:${port} cannot be listened on (${code ?? message}).`);
  }
}
