import { CodedError } from '@citus-ha/core';

/** What becomes of a password at each server that has an address. */
export type PasswordTrial = (
  password: string,
) => Promise<readonly { readonly member: string; readonly code?: string }[]>;

/**
 * Refuses a password that the cluster does not have: it is changed in the servers, and only then here.
 *
 * @throws CodedError `PASSWORD_CHANGED` naming the servers that do not take it.
 */
export async function requireTaken(
  cluster: string,
  password: string,
  attempt: PasswordTrial | undefined,
): Promise<void> {
  const tried = (await attempt?.(password)) ?? [];
  const others = tried.filter(({ code }) => code !== undefined);
  if (tried.length > 0 && others.length === 0) return;
  const refused = others.filter(({ code }) => code === 'AUTH_FAILED').map(({ member }) => member);
  const silent = others.filter(({ code }) => code !== 'AUTH_FAILED').map(({ member }) => member);
  const seen = [
    ...(refused.length > 0 ? [`${refused.join(', ')} refused it`] : []),
    ...(silent.length > 0 ? [`${silent.join(', ')} did not answer`] : []),
  ];
  throw new CodedError(
    'PASSWORD_CHANGED',
    `credentials.password is not the one that cluster ${cluster} has${seen.length > 0 ? `: ${seen.join('; ')}` : ''}`,
    {
      fix: 'Give the former password again; or start all servers, change it there (ALTER ROLE ... PASSWORD on the leader, and on workers that keep the former one), and run `citus-ha up` with the new one.',
    },
  );
}
