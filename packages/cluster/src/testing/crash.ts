import type { ClusterContext } from '../context.js';
import type { Ports } from '../ports.js';

/** What changes something, by the method's name; of SQL, whatever is not read. */
const effects = `
  prepare create start stop kill remove resume pause destroy exec write
  put txn grantLease makeUser closeToStrangers makeRoom deleteIfUnchanged
  patchConfig reload restart reinitialize switchover failover`.split(/\s+/);

/**
 * The same cluster as a program finds it that dies once it has done so many things: whatever it asks or does after that fails,
 * the undoing of what it did too.
 */
export function crashingAfter(context: ClusterContext, count: number): ClusterContext {
  let left = count;
  const refuse = (): void => {
    if (left <= 0) throw new Error('crashed');
  };
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name, of);
        if (name === 'store') return guard(value as object);
        if (typeof value !== 'function' || name === 'logs' || name === 'events') return value;
        return (...args: readonly unknown[]) => {
          const done = (): Promise<unknown> => Reflect.apply(value, of, args) as Promise<unknown>;
          if (!isAsync(name)) return guardResult(done());
          return Promise.resolve().then(async () => {
            refuse();
            const result = await done();
            if (isEffect(name, args)) left -= 1;
            return name === 'open' ? guard(result as object) : result;
          });
        };
      },
    });
  const guardResult = (result: unknown): unknown =>
    typeof result === 'object' && result !== null ? guard(result) : result;
  const ports = guard(context.ports as Ports);
  return { ...context, ports, runtime: guard(context.runtime) };
}

/** Ports answer clients at once, clients answer later. */
function isAsync(name: string | symbol): boolean {
  return !['dcs', 'patroni', 'sql', 'endpoint', 'routes', 'has', 'escapeIdentifier'].includes(String(name));
}

function isEffect(name: string | symbol, [text]: readonly unknown[]): boolean {
  return (
    effects.includes(String(name)) ||
    (name === 'query' && typeof text === 'string' && !/^\s*SELECT(?! citus_)/.test(text))
  );
}
