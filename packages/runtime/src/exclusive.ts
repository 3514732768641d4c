import { AsyncLocalStorage } from 'node:async_hooks';
import { observeIncarnation } from './observe-incarnation.js';
import type { Runtime } from './runtime.js';

/** What an adapter does by itself: its changes of a member do not exclude one another. */
export type BareRuntime = Omit<Runtime, 'observe' | 'kill'> & {
  kill(name: string): Promise<void>;
  /** Of all members that destroy would end, whatever is known of them. */
  memberNames(): Promise<readonly string[]>;
};

interface Held {
  readonly name: string;
  readonly outer: Held | undefined;
  over: boolean;
}

/**
 * The port on an adapter: changes of one member exclude one another and whoever holds the member's lock, across processes. A task
 * that holds the lock is not kept from its own changes.
 */
export function exclusive(bare: BareRuntime): Runtime {
  const holding = new AsyncLocalStorage<Held>();
  const withLock: Runtime['withLock'] = (name, task, options) => {
    const outer = holding.getStore();
    if (holds(outer, name)) return task();
    return bare.withLock(
      name,
      async () => {
        const held: Held = { name, outer, over: false };
        try {
          return await holding.run(held, task);
        } finally {
          held.over = true;
        }
      },
      options,
    );
  };
  /** By name, so that two who want all of them never wait for each other. */
  const withLocks = <T>(names: readonly string[], task: () => Promise<T>) =>
    names.toSorted().reduceRight((inner, name) => () => withLock(name, inner), task)();
  const withAllLocks = async (task: () => Promise<void>): Promise<void> => {
    const names = await bare.memberNames();
    const isDone = await withLocks(names, async () => {
      if (!(await bare.memberNames()).every((name) => names.includes(name))) return false;
      await task();
      return true;
    });
    if (!isDone) await withAllLocks(task);
  };
  const changes: Partial<Runtime> = {
    withLock,
    create: (definition) => withLock(definition.name, () => bare.create(definition)),
    start: (name) => withLock(name, () => bare.start(name)),
    stop: (name, options) => withLock(name, () => bare.stop(name, options)),
    kill: (name, { only } = {}) =>
      withLock(name, async () => {
        const isMeant = only === undefined || (await bare.member(name)).incarnation?.id === only;
        if (isMeant) await bare.kill(name);
      }),
    remove: (name, options) => withLock(name, () => bare.remove(name, options)),
    destroy: (options) => withAllLocks(() => bare.destroy(options)),
    observe: (name, incarnation) => observeIncarnation(() => bare.member(name), incarnation),
  };
  return new Proxy(bare as BareRuntime & Runtime, {
    get(target, key) {
      const value: unknown = Reflect.get(key in changes ? changes : target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function holds(held: Held | undefined, name: string): boolean {
  if (held === undefined) return false;
  return (held.name === name && !held.over) || holds(held.outer, name);
}
