import { CodedError, codeOf, waitFor, type ErrorCode, type RequestOptions, mergePatch } from '@citus-ha/core';
import { parseHistory } from '../history.js';
import type { DynamicConfig, FailoverOutcome, PatroniClient } from '../patroni-client.js';
import { clusterOf, refusalOfMove, statusOf } from './answers.js';
import { isFit } from './election.js';
import type { ScopeView } from './scope-keys.js';
import { loseData, type SimulatedMember } from './simulated-member.js';
import { readView, type World } from './world.js';

const failoverTimeoutMs = 30_000;

/** The REST API of one simulated member. */
export function createMemoryClient(world: World, member: SimulatedMember): PatroniClient {
  const url = `http://${member.name}:8008`;
  const refuse = (code: ErrorCode, request: string, reason: string) =>
    new CodedError(code, `${request.replace(' ', ` ${url}`)} of ${member.name} ${reason}`, { member: member.name });

  const reach = (request: string, options?: RequestOptions): void => {
    options?.signal?.throwIfAborted();
    if (!member.isAlive) throw refuse('PATRONI_UNREACHABLE', request, 'connect ECONNREFUSED');
    if (member.isFrozen) throw refuse('PATRONI_NO_ANSWER', request, 'was not answered');
  };
  /** What etcd has right now. */
  const look = async (request: string, code: ErrorCode, options?: RequestOptions): Promise<ScopeView> => {
    reach(request, options);
    return readView(world, member).catch((cause: unknown) => {
      throw refuse(code, request, `could not be answered without etcd: ${String(cause)}`);
    });
  };
  const configIn = (request: string, { config }: ScopeView): DynamicConfig => {
    if (config === undefined) throw refuse('PATRONI_NOT_READY', request, 'answered 502');
    return config;
  };

  const moveLeader = async (
    request: string,
    plan: { readonly leader?: string; readonly candidate?: string | undefined },
    options?: RequestOptions,
  ): Promise<FailoverOutcome> => {
    const { timeoutMs = failoverTimeoutMs, signal } = options ?? {};
    const { leader, candidate } = plan;
    try {
      const view = await look(request, 'PATRONI_NO_ANSWER', options);
      const fit = (name: string) => [world.members.get(name)].some((one) => one !== undefined && isFit(one));
      const refusal = refusalOfMove(view, clusterOf(world, view), plan, fit);
      if (refusal !== undefined) throw refuse('PATRONI_REFUSED', request, `answered 412: ${refusal}`);
      const key = { ...(leader !== undefined && { leader }), ...(candidate !== undefined && { member: candidate }) };
      if (!(await world.keys.replace(view, 'failover', key))) {
        throw refuse('PATRONI_REFUSED', request, 'answered 503: failed to write failover key into DCS');
      }
      const probe = async () => {
        const now = await readView(world, member);
        return now.leader !== undefined && now.leader.name !== view.leader?.name;
      };
      await waitFor({ what: 'Patroni to see a new leader', probe, timeoutMs, signal });
      return 'done';
    } catch (error) {
      if (['PATRONI_NO_ANSWER', 'ETCD_NO_ANSWER', 'TIMEOUT'].includes(codeOf(error) ?? '')) return 'unknown';
      throw error;
    }
  };

  return {
    url,
    member: member.name,
    status: async (options) => {
      reach('GET /patroni', options);
      return statusOf(world, member);
    },
    cluster: async (options) => clusterOf(world, await look('GET /cluster', 'PATRONI_NO_ANSWER', options)),
    history: async (options) => {
      const request = 'GET /history';
      const { history } = await look(request, 'PATRONI_NO_ANSWER', options);
      return parseHistory(history, (problem) => refuse('PATRONI_BAD_ANSWER', request, problem));
    },
    config: async (options) => configIn('GET /config', await look('GET /config', 'PATRONI_NOT_READY', options)),
    patchConfig: async (patch, options) => {
      const request = 'PATCH /config';
      const view = await look(request, 'PATRONI_NOT_READY', options);
      const config = mergePatch(configIn(request, view), patch);
      if (!(await world.keys.replace(view, 'config', config))) throw refuse('PATRONI_REFUSED', request, 'answered 409');
      return config;
    },
    switchover: (plan, options) => moveLeader('POST /switchover', plan, options),
    failover: (plan, options) => moveLeader('POST /failover', plan, options),
    reload: async (options) => reach('POST /reload', options),
    restart: async (options) => {
      const request = 'POST /restart';
      reach(request, options);
      if (member.systemIdentifier === null || member.restartFails || member.startFails) {
        if (member.systemIdentifier !== null) member.state = 'start failed';
        for (const line of member.startFails ?? []) world.log(member.name, line);
        throw refuse('PATRONI_REFUSED', request, 'answered 503: restart failed');
      }
      member.state = 'running';
    },
    reinitialize: async (options) => {
      const request = 'POST /reinitialize';
      const { leader } = await look(request, 'PATRONI_NO_ANSWER', options);
      const no = (why: string) => refuse('PATRONI_REFUSED', request, `answered 503: ${why}, can not reinitialize`);
      if (leader === undefined) throw no('Cluster has no leader');
      if (leader.name === member.name) throw no('I am the leader');
      loseData(member);
      member.state = 'creating replica';
    },
  };
}
