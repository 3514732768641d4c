/** The arrows of docs/map.md: which package may import which. Whatever is not named here fails the build. */
const arrows = {
  core: [],
  config: ['core'],
  layout: ['core', 'config'],
  'member-agent': [],
  emitters: ['core', 'config', 'layout', 'member-agent'],
  dcs: ['core'],
  patroni: ['core'],
  routes: ['core'],
  citus: ['core'],
  'citus-contract': ['core', 'citus'],
  'citus-standin': ['core'],
  'provision-debian': ['core', 'layout'],
  runtime: ['core', 'config', 'layout', 'member-agent'],
  'runtime-local': ['core', 'config', 'layout', 'runtime', 'provision-debian'],
  'runtime-docker': ['core', 'config', 'layout', 'runtime'],
  cluster: ['core', 'config', 'layout', 'member-agent', 'emitters', 'dcs', 'patroni', 'routes', 'citus', 'runtime'],
  sentinel: ['core', 'config', 'dcs', 'patroni', 'runtime', 'cluster'],
  chaos: ['core', 'config', 'layout', 'emitters', 'dcs', 'patroni', 'citus', 'runtime', 'cluster'],
  'chaos-report': ['core', 'chaos'],
};
const test = '\\.(test|itest|e2e)\\.ts$|/testing/';
/** What takes the network's modules for another reason than to connect, and the two that connect as they are told. */
const connecting = [
  '^packages/core/src/socket-to\\.ts$',
  '^packages/core/src/(exchange|machine-lock)\\.ts$',
  '^packages/config/src/schema\\.ts$',
  '^packages/cluster/src/certificates/',
  '^packages/runtime/src/refuse-foreign-bind\\.ts$',
  '^apps/cli/src/commands/forward\\.ts$',
];
const packageRules = Object.entries(arrows).map(([name, allowed]) => ({
  name: `${name}-imports`,
  severity: 'error',
  from: { path: `^packages/${name}/src`, pathNot: test },
  to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}));

export default {
  forbidden: [
    ...packageRules,
    { name: 'nothing-imports-apps', severity: 'error', from: { path: '^(packages|e2e)/' }, to: { path: '^apps/' } },
    {
      name: 'apps-are-apart',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'only-the-cli-composes',
      severity: 'error',
      from: {
        path: '^(packages|apps)/',
        pathNot: `^apps/cli/|^packages/(runtime-local|runtime-docker|provision-debian|citus-standin)/|${test}`,
      },
      to: { path: '^packages/(runtime-local|runtime-docker|provision-debian|citus-standin)/' },
    },
    {
      name: 'contract-suites-are-for-tests',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: `/contract/|^packages/citus-contract/|/testing/|${test}` },
      to: { path: '^packages/([^/]+/(src|dist)/(contract|testing)|citus-contract)/' },
    },
    {
      name: 'dockerode-stays-in-its-runtime',
      severity: 'error',
      from: { pathNot: '^packages/runtime-docker/' },
      to: { path: 'dockerode' },
    },
    {
      name: 'only-runtimes-connect-to-members',
      comment: 'Clients get there by Runtime.connect; packages that work without a runtime by socketTo of core.',
      severity: 'error',
      from: {
        path: '^(packages|apps)/',
        pathNot: `^packages/(runtime-local|runtime-docker)/|${connecting.join('|')}|/contract/|^packages/citus-contract/|${test}`,
      },
      to: { path: '^(node:)?(net|tls|http|https|http2|dgram|undici)$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'emitters-are-pure',
      severity: 'error',
      from: { path: '^packages/emitters/src', pathNot: test },
      to: { path: '^(node:)?fs' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'imports-resolve', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    exclude: { path: 'node_modules|\\.turbo' },
    doNotFollow: { path: 'node_modules|/dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
