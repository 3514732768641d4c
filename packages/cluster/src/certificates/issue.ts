// What the library's own parts are put together by has to be there before it.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { CertificateAndKey } from '@citus-ha/layout';

const elliptic = { name: 'ECDSA', namedCurve: 'P-256' };
const signing = { name: 'ECDSA', hash: 'SHA-256' };

export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

/** An authority of its own. With the key of an earlier one, what that one signed holds on. */
export async function issueAuthority(
  commonName: string,
  validity: Validity,
  earlierKey?: string,
): Promise<CertificateAndKey> {
  const key = earlierKey ?? newKey();
  const keys = await keyPair(key);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    notBefore: validity.from,
    notAfter: validity.until,
    keys,
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key };
}

/** A certificate for both ends of a connection, valid for these names and addresses. */
export async function issueCertificate(
  authority: CertificateAndKey,
  commonName: string,
  names: readonly string[],
  validity: Validity,
): Promise<CertificateAndKey> {
  const key = newKey();
  const { publicKey } = await keyPair(key);
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: [commonName] }],
    issuer: new X509Certificate(authority.certificate).subject,
    notBefore: validity.from,
    notAfter: validity.until,
    publicKey,
    signingKey: (await keyPair(authority.key)).privateKey,
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(names.map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }))),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key };
}

function newKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

async function keyPair(key: string): Promise<webcrypto.CryptoKeyPair> {
  const { subtle } = webcrypto;
  const secret = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
  const open = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const [privateKey, publicKey] = await Promise.all([
    subtle.importKey('pkcs8', secret, elliptic, false, ['sign']),
    subtle.importKey('spki', open, elliptic, true, ['verify']),
  ]);
  return { privateKey, publicKey };
}
