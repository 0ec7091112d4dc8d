import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { oneLine } from '../contract';
import { TemporalSettingsError } from './errors';
import { TLS_FILES, type LoadedProfile } from './profile';

type TlsFile = keyof typeof TLS_FILES;

/**
 * Checks the files of TLS, as a handshake that fails does not say which is wrong.
 *
 * @throws TemporalSettingsError naming the one at fault
 */
export function checkTlsFiles({ tls = {}, sourceOf }: LoadedProfile): void {
  if (tls.disabled === true) return;
  const nameOf = (which: TlsFile) => {
    const source = tls[which];
    return sourceOf(`${TLS_FILES[which]}_${source !== undefined && 'data' in source ? 'DATA' : 'PATH'}`);
  };
  const read = <T>(which: TlsFile, parse: (pem: Uint8Array) => T, what: string): T | undefined => {
    const source = tls[which];
    if (source === undefined) return undefined;
    const from = 'path' in source ? oneLine(source.path, 200) : 'its value';
    let pem: Uint8Array;
    try {
      pem = 'path' in source ? readFileSync(source.path) : Buffer.from(source.data);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new TemporalSettingsError(nameOf(which), `${from} cannot be read (${code ?? message})`);
    }
    try {
      return parse(pem);
    } catch {
      throw new TemporalSettingsError(nameOf(which), `${from} holds no ${what} in PEM form`);
    }
  };
  read('serverCACert', readCertificate, 'certificate');
  const certificate = read('clientCert', readCertificate, 'certificate');
  const key = read('clientKey', readKey, 'private key without a passphrase');
  if (certificate !== undefined && key === undefined)
    throw new TemporalSettingsError(nameOf('clientKey'), 'is not set, but the certificate is');
  if (certificate === undefined && key !== undefined)
    throw new TemporalSettingsError(nameOf('clientCert'), 'is not set, but its key is');
  if (certificate !== undefined && key !== undefined && !certificate.checkPrivateKey(key))
    throw new TemporalSettingsError(
      nameOf('clientKey'),
      `is not the key of the certificate in ${nameOf('clientCert')}`,
    );
}

function readCertificate(pem: Uint8Array): X509Certificate {
  if (!Buffer.from(pem).includes('-----BEGIN ')) throw new Error('no PEM');
  return new X509Certificate(pem);
}

function readKey(pem: Uint8Array): KeyObject {
  return createPrivateKey(Buffer.from(pem));
}
