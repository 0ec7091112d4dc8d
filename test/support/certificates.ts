import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A certificate and its key, in PEM, and the files that they are in. */
export interface Certificate {
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}

/** A certificate authority of a test. */
export interface Authority extends Certificate {
  /**
   * Issues a certificate.
   *
   * @param hosts whom a server may be; default: the name
   * @param days for how long it is valid; less than 0: it is not any more
   */
  issue(name: string, options?: { hosts?: readonly string[]; days?: number }): Certificate;
}

/** Makes an authority in a folder. Node.js makes none; `openssl` is there wherever Node.js was built. */
export function makeAuthority(folder: string, name: string): Authority {
  const at = (file: string) => path.join(folder, file);
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const request = (of: string, ...more: string[]) =>
    openssl(
      ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-subj', `/CN=${of}`, '-keyout', `${of}.key`, ...more],
    );
  const certificate = (of: string): Certificate => ({
    certFile: at(`${of}.pem`),
    keyFile: at(`${of}.key`),
    cert: readFileSync(at(`${of}.pem`), 'utf8'),
    key: readFileSync(at(`${of}.key`), 'utf8'),
  });
  request(name, '-x509', '-days', '2', '-out', `${name}.pem`);
  return {
    ...certificate(name),
    issue(of, { hosts = [of], days = 2 } = {}) {
      request(of, '-out', `${of}.csr`);
      const names = hosts.map((host) => (/^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`));
      writeFileSync(at(`${of}.names`), `subjectAltName=${names.join(',')}`);
      openssl(
        ...['x509', '-req', '-in', `${of}.csr`, '-CA', `${name}.pem`, '-CAkey', `${name}.key`],
        ...['-CAcreateserial', '-days', String(days), '-extfile', `${of}.names`, '-out', `${of}.pem`],
      );
      return certificate(of);
    },
  };
}

/** An authority, and the certificate of a server. */
export interface Certificates extends Certificate {
  /** The file of the authority's certificate, in PEM. */
  authorityFile: string;
  dispose(): void;
}

/** Makes an authority and the certificate of a server, in a folder of their own. */
export function makeCertificates(host: string): Certificates {
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-center-certificates-'));
  const authority = makeAuthority(folder, 'authority');
  return {
    ...authority.issue(host, { hosts: [host, `*.${host}`] }),
    authorityFile: authority.certFile,
    dispose: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
