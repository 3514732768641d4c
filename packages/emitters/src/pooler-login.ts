import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { CodedError } from '@citus-ha/core';
import type { RenderInput } from './rendering.js';

/** The role by which a pooler looks up how others log in, and which its console obeys. */
export const poolerRole = 'citus_ha_pooler';

/** The query of PgBouncer's `auth_query`. */
export const poolerQuery = 'SELECT role, secret FROM pg_catalog.citus_ha_pooler_login($1)';

/** What a database needs for poolers. */
export interface PoolerLogin {
  readonly role: string;
  readonly password: string;
  /** A query of one column, `present`: whether all of it is there. */
  readonly look: string;
  /** Makes it, or makes it as it should be; holds no password that could be used to log in. */
  readonly create: string;
}

/**
 * The role of poolers, and the function by which it, and nobody else, gets what PgBouncer has to know of those who log in
 * (PgBouncer manual, `auth_query`). In `pg_catalog`, so that no dump has it. Not sent on to workers, where no pooler goes.
 *
 * @throws CodedError `SECRET_MISSING` for a cluster that has no password for it yet.
 */
export function poolerLogin({ secrets }: Pick<RenderInput, 'secrets'>): PoolerLogin {
  const password = secrets.pooler;
  if (password === undefined) {
    throw new CodedError('SECRET_MISSING', 'The cluster has no password for its poolers yet', {
      fix: 'Run `citus-ha up`, which makes one.',
    });
  }
  const verifier = scramVerifier(password);
  return {
    role: poolerRole,
    password,
    look: `SELECT EXISTS (
  SELECT FROM pg_authid AS role, pg_proc AS lookup
  WHERE rolname = '${poolerRole}' AND rolcanlogin AND rolpassword = '${verifier}'
    AND pronamespace = 'pg_catalog'::regnamespace AND proname = 'citus_ha_pooler_login'
    AND has_function_privilege(role.oid, lookup.oid, 'EXECUTE')
) AS present`,
    create: `SET citus.enable_ddl_propagation = off;
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${poolerRole}') THEN CREATE ROLE ${poolerRole}; END IF;
END $$;
ALTER ROLE ${poolerRole} LOGIN PASSWORD '${verifier}';
CREATE OR REPLACE FUNCTION pg_catalog.citus_ha_pooler_login(wanted text) RETURNS TABLE (role name, secret text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT rolname, CASE WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END FROM pg_authid WHERE rolname = wanted AND rolcanlogin
$$;
REVOKE ALL ON FUNCTION pg_catalog.citus_ha_pooler_login(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.citus_ha_pooler_login(text) TO ${poolerRole};
`,
  };
}

/** What PostgreSQL keeps of a password (RFC 5803), the same for the same password: a random one needs no random salt. */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = createHash('sha256').update(`citus-ha pooler ${password}`).digest().subarray(0, 16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyOf = (name: string) => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(keyOf('Client Key')).digest();
  const [saltText, storedText, serverText] = [salt, stored, keyOf('Server Key')].map((key) => key.toString('base64'));
  return `SCRAM-SHA-256$${iterations}:${saltText}$${storedText}:${serverText}`;
}
