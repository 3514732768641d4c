import { coordinators, proxies } from '@citus-ha/config';
import { messageOf, type CodedError } from '@citus-ha/core';
import { etcdUsers } from '@citus-ha/emitters';
import { areaFindings } from './area-findings.js';
import { certificateFindings } from '../certificates/findings.js';
import type { Finding } from './finding.js';
import { readStatus } from '../status/read-status.js';
import { spaceFindings } from './etcd-space-findings.js';
import { examineStorage } from './examine-storage.js';
import { withPatience, type ClusterHandle } from '../cluster-handle.js';
import { endpointHost, siteOf } from '../places.js';
import { renderInput } from '../render-input.js';
import { isEtcdClosed } from '../observe/etcd-access.js';
import { poolerFindings } from './pooler-findings.js';
import { versionFindings } from './version-findings.js';

/** Looks the whole cluster over and says of each part whether it is well. */
export async function examine(cluster: ClusterHandle): Promise<readonly Finding[]> {
  const { site, record, runtime, spec } = cluster;
  // By itself: whatever else is asked at the same time makes its answers late.
  const status = await readStatus(withPatience(cluster));
  const [etcdFindings, proxyFindings, obstacles, storage] = await Promise.all([
    examineEtcd(cluster),
    examineProxies(cluster),
    runtime.obstacles(spec),
    examineStorage(cluster),
  ]);
  const isolated = status.isolation !== 'none';
  return [
    ...versionFindings(site.versions),
    ...obstacleFindings(cluster, obstacles),
    ...certificateFindings(record.certificates, new Date()),
    {
      check: 'engine',
      level: status.engine.version === null ? 'unknown' : record.engine === 'citus' ? 'ok' : 'note',
      detail: status.engine.version ?? 'no leader answers',
      ...(record.engine === 'standin' && { fix: 'The stand-in is for trials; install Citus for production.' }),
    },
    {
      check: 'isolation',
      level: isolated ? 'ok' : 'problem',
      detail: isolated ? `a member dies whole (${status.isolation})` : 'a dead Patroni leaves its PostgreSQL running',
      ...(!isolated && { fix: 'Allow user namespaces, or run as root.' }),
    },
    ...areaFindings(spec, status),
    ...etcdFindings,
    ...proxyFindings,
    ...poolerFindings(spec, site.versions),
    ...storage,
  ];
}

/** Nothing where it does not answer, or cluster.yaml names a member of it that there is not: others say so. */
async function examineEtcd(cluster: ClusterHandle): Promise<readonly Finding[]> {
  const check = 'etcd access';
  try {
    const etcd = cluster.dcs;
    const users = etcdUsers(renderInput(cluster));
    const [health, isClosed] = await Promise.all([etcd.health(), isEtcdClosed(etcd, users)]);
    const access: Finding = isClosed
      ? { check, level: 'ok', detail: 'by password only' }
      : {
          check,
          level: 'problem',
          detail: 'whoever reaches it can change the cluster',
          fix: 'Close it: `citus-ha up`.',
        };
    return [...spaceFindings(health), access];
  } catch {
    return [];
  }
}

/** Programs that are missing by now, and who has the ports. */
function obstacleFindings(cluster: ClusterHandle, obstacles: readonly CodedError[]): readonly Finding[] {
  const found = obstacles.map(({ code, message, fix }): Finding => {
    const check = code.startsWith('PORT_') ? 'ports' : 'programs';
    return { check, level: 'problem', detail: message, ...(fix !== undefined && { fix }) };
  });
  const { proxy, pooler } = cluster.spec;
  const { write, read, stats } = proxy.ports;
  const pooled = pooler.count > 0 ? `, ${pooler.port}` : '';
  const where = `${endpointHost(cluster)}:${write}, ${read}${pooled} and ${stats}`;
  const well: readonly Finding[] = [
    { check: 'programs', level: 'ok', detail: 'all there' },
    { check: 'ports', level: 'ok', detail: `${where} are free, or held by this cluster` },
  ];
  return [...found, ...well.filter(({ check }) => !found.some((one) => one.check === check))];
}

async function examineProxies(cluster: ClusterHandle): Promise<readonly Finding[]> {
  return (await Promise.all(proxies(cluster.spec).map(({ name }) => examineProxy(cluster, name)))).flat();
}

async function examineProxy(cluster: ClusterHandle, name: string): Promise<readonly Finding[]> {
  const { runtime, site, spec } = cluster;
  try {
    const { exitCode, stderr, stdout } = await runtime.exec(name, [
      ...site.programs.haproxy,
      '-c',
      '-f',
      siteOf(site, name).configFile,
    ]);
    const routes = await cluster.routes(name).read();
    const writable = routes
      .filter(({ listener, up }) => listener === 'postgres_write' && up)
      .map(({ server }) => server);
    return [
      {
        check: `${name} configuration`,
        level: exitCode === 0 ? 'ok' : 'problem',
        detail: exitCode === 0 ? 'valid' : `${stderr}${stdout}`.trim(),
        ...(exitCode !== 0 && { fix: 'Write it anew: `citus-ha up`.' }),
      },
      {
        check: `${name} write route`,
        level: writable.length === 1 ? 'ok' : 'problem',
        detail:
          writable.length === 0
            ? `none of ${coordinators(spec).length} coordinators is routed to`
            : `to ${writable.join(', ')}`,
        ...(writable.length !== 1 && { fix: 'See `citus-ha topology`: exactly one coordinator must lead.' }),
      },
    ];
  } catch (error) {
    return [{ check: name, level: 'problem', detail: messageOf(error), fix: `Start it: \`citus-ha start ${name}\`.` }];
  }
}
