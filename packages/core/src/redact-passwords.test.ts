import { describe, expect, it } from 'vitest';
import { redactPasswords } from './redact-passwords.js';

describe('passwords in a log', () => {
  it.each([
    "STATEMENT:  CREATE ROLE app LOGIN PASSWORD 'secret'",
    "STATEMENT:  alter role app password\n\t'secret' nologin",
    "ALTER ROLE app ENCRYPTED PASSWORD E'secret\\'secret'",
    "ALTER ROLE app PASSWORD 'it''secret'",
    'ALTER ROLE app PASSWORD $secret$secret$secret$;',
    'ALTER ROLE app PASSWORD $$secret$$',
    'ERROR:  unterminated quoted string at or near "PASSWORD \'secret\n',
    'CREATE ROLE app PASSWORD "secret"',
    "CREATE SUBSCRIPTION s CONNECTION 'host=a password=secret dbname=b'",
    'could not connect to postgresql://app:secret@host:5432/postgres',
  ])('are taken out of %j', (line) => {
    expect(redactPasswords(line)).not.toContain('secret');
    expect(redactPasswords(line)).toContain('********');
  });

  it.each([
    'FATAL:  password authentication failed for user "app"',
    'GET http://worker1:8008/patroni',
    'password_encryption = scram-sha-256',
    'LOG:  listening on IPv4 address "0.0.0.0", port 5432',
  ])('leave %j alone', (line) => {
    expect(redactPasswords(line)).toBe(line);
  });
});
