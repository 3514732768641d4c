import type { RuntimeEvent } from '@citus-ha/runtime';
import type Docker from 'dockerode';
import { ifThere } from './engine.js';
import { incarnationId } from './member-container.js';
import { labels } from './names.js';

interface Life {
  readonly id: string;
  /** By the engine's clock, to the millisecond below. */
  readonly beganAt: number;
}

/**
 * Which life of a container an event is of: it names the container only, and when it is read the engine may have begun the next
 * life by itself. A life that began before an event, and is still the last one after it, is the event's.
 */
export class ContainerLives {
  readonly #engine: Docker;
  /** The life of each container that is known to have no later one before the event that is read next. */
  readonly #known: Promise<Map<string, Life>>;

  /** Looks at once at the containers that are there. */
  constructor(engine: Docker, cluster: string) {
    this.#engine = engine;
    this.#known = this.#look(cluster).catch(() => new Map());
  }

  /** To be asked of every event of the cluster, in their order; `undefined` where it cannot be told. */
  async lifeOf(container: string, type: RuntimeEvent['type'], at: Date): Promise<string | undefined> {
    const known = await this.#known;
    const hadBegun = (life: Life | undefined) => life !== undefined && life.beganAt <= at.getTime();
    if (type === 'started') known.delete(container);
    const life = known.get(container);
    if (hadBegun(life)) return life?.id;
    const last = await this.#lastLife(container).catch(() => undefined);
    if (last === undefined || !hadBegun(last)) return undefined;
    known.set(container, last);
    return last.id;
  }

  async #look(cluster: string): Promise<Map<string, Life>> {
    const found = await this.#engine.listContainers({
      all: true,
      filters: { label: [`${labels.project}=${cluster}`] },
    });
    const lives = await Promise.all(found.map(async ({ Id }) => [Id, await this.#lastLife(Id)] as const));
    return new Map(lives.flatMap(([id, life]) => (life === undefined ? [] : [[id, life] as const])));
  }

  async #lastLife(container: string): Promise<Life | undefined> {
    const info = await ifThere(this.#engine.getContainer(container).inspect());
    const id = info && incarnationId(info);
    return info && id !== undefined ? { id, beganAt: Date.parse(info.State.StartedAt) } : undefined;
  }
}
