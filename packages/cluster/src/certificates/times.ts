const dayMs = 86_400_000;
const yearMs = 365 * dayMs;

export type CertificateKind = 'authority' | 'node';

/** How long a certificate is valid, and how long before its end `up` renews it: a cluster is looked at once a year. */
export const certificateTimes: Readonly<Record<CertificateKind, { readonly validMs: number; readonly dueMs: number }>> =
  {
    authority: { validMs: 20 * yearMs, dueMs: 4 * yearMs },
    node: { validMs: 3 * yearMs, dueMs: yearMs },
  };

/** From here on nodes are about to be cut off from one another. */
export const lastMs = 90 * dayMs;
